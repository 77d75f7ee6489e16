import { LRUCache } from 'lru-cache'
import { messageOf } from '../../errors.ts'
import { issuerTimeoutMs } from '../../issuer/call-issuer.ts'
import { createCallReport } from '../../issuer/call-report.ts'
import { EndpointFault } from '../../issuer/endpoint-fault.ts'
import { createEndpoints, type Endpoints } from '../../issuer/endpoints.ts'
import type { IssuerOptions } from '../../issuer/options.ts'
import type { Counter } from '../../log/counter.ts'
import type { Logger } from '../../log/logger.ts'
import { createFairQueue } from '../fair-queue.ts'
import { type Unavailable, type Unverified, unavailable } from '../verification.ts'

/**
 * Where those stand who have a question about an opaque token. There is one line for each issuer, which
 * outlives reloads.
 */
export type IssuerLine = {
  readonly endpoints: Endpoints
  /** Tokens that the issuer has refused a moment ago. */
  readonly refused: RefusedTokens
  /** Calls that wait for their turn. */
  readonly waiting: number
  /**
   * Asks when its turn comes: clients take turns. Never rejects, and takes 5 s at most, the time in line
   * included. `client` is the address that asks.
   */
  ask<T>(client: string, question: Question<T>): Promise<T | Unavailable>
  /** An answer that is not what it should be: it is told to the operator. */
  fault(problem: string): Unavailable
}

/** It must end when the signal is aborted, and may reject with an `EndpointFault`. */
export type Question<T> = (signal: AbortSignal) => Promise<T>

export type RefusedTokens = {
  get(key: string, nowMs: number): Unverified | undefined
  add(key: string, refusal: Unverified, nowMs: number): void
}

/** How long a token that the issuer refused is refused without a question, in milliseconds. */
const refusedMs = 10_000
/** Refused tokens that are remembered. A flood of more made-up ones pushes out the oldest. */
const refusedLimit = 10_000
/** Questions that wait. Further ones are answered 503 at once, so that none can fill the memory. */
const waitingLimit = 1000
/**
 * How long a question may wait for its turn, in milliseconds. One that begins later would be cut off before
 * its answer: while more come than the issuer answers, all would wait for nothing, and none be answered.
 */
const askWithinMs = issuerTimeoutMs / 2

export type IssuerLineOptions = {
  readonly issuer: IssuerOptions
  /** Questions that are asked at the same time; each is one call after the other. */
  readonly inFlight: number
  readonly log: Logger
  /** Counts calls that failed. */
  readonly failures?: Counter | undefined
  /** Milliseconds since the epoch. Default: Date.now */
  readonly now?: (() => number) | undefined
}

export function createIssuerLine(options: IssuerLineOptions): IssuerLine {
  const { issuer, inFlight, now = Date.now } = options
  const queue = createFairQueue({ atOnce: inFlight, limit: waitingLimit })
  const report = createCallReport(issuer.issuer, options)
  let pausedUntilMs = 0

  function faulty(error: unknown): Unavailable {
    const { pauseMs } = error instanceof EndpointFault ? error : {}
    if (pauseMs !== undefined) pausedUntilMs = Math.max(pausedUntilMs, now() + pauseMs)
    report.failed(messageOf(error))
    return unavailable('issuerSilent', pauseSeconds())
  }

  function pauseSeconds(): number {
    return Math.max(Math.ceil((pausedUntilMs - now()) / 1000), 1)
  }

  /** Those whose turn comes too late, or while the issuer wants to be left alone, do not ask. */
  async function question<T>(job: Question<T>, signal: AbortSignal, latestMs: number) {
    if (signal.aborted || now() >= latestMs || now() < pausedUntilMs)
      return unavailable('issuerSilent', pauseSeconds())
    try {
      const answer = await job(signal)
      report.succeeded()
      return answer
    } catch (error) {
      return faulty(error)
    }
  }

  return {
    endpoints: createEndpoints(issuer, now),
    refused: createRefusedTokens(),
    get waiting() {
      return queue.waiting
    },
    async ask(client, job) {
      if (now() < pausedUntilMs) return unavailable('issuerSilent', pauseSeconds())
      // First of all, so that a flood leaves no timers behind.
      if (!queue.hasRoomFor(client)) return unavailable('issuerBusy', 1)
      const latestMs = now() + askWithinMs
      const deadline = createDeadline()
      const turn = queue.run(client, () => question(job, deadline.signal, latestMs))
      const answer = await Promise.race([turn, deadline.late])
      deadline.end()
      return answer ?? unavailable('issuerBusy', 1)
    },
    fault: (problem) => faulty(new EndpointFault(problem)),
  }
}

type Deadline = {
  readonly signal: AbortSignal
  /** Resolves a moment after the signal, so that a call which it cuts off says why first. */
  readonly late: Promise<Unavailable>
  end(): void
}

/** Unlike `AbortSignal.timeout`, it is gone as soon as it is over: most answers take far less time. */
function createDeadline(): Deadline {
  const controller = new AbortController()
  let passed: (answer: Unavailable) => void = () => {}
  const late = new Promise<Unavailable>((resolve) => {
    passed = resolve
  })
  const timer = setTimeout(() => {
    controller.abort()
    setImmediate(() => passed(unavailable('issuerSilent', 1)))
  }, issuerTimeoutMs).unref()
  return { signal: controller.signal, late, end: () => clearTimeout(timer) }
}

function createRefusedTokens(): RefusedTokens {
  const entries = new LRUCache<string, { readonly refusal: Unverified; readonly untilMs: number }>({
    max: refusedLimit,
  })
  return {
    get(key, nowMs) {
      const entry = entries.get(key)
      return entry !== undefined && nowMs < entry.untilMs ? entry.refusal : undefined
    },
    add: (key, refusal, nowMs) => void entries.set(key, { refusal, untilMs: nowMs + refusedMs }),
  }
}
