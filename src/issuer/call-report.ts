import type { Counter } from '../log/counter.ts'
import type { Logger } from '../log/logger.ts'

/** Tells the operator of calls to one issuer that failed, and when they succeed again. */
export type CallReport = {
  failed(problem: string): void
  succeeded(): void
}

/** Time from one line about a lasting problem to the next, in milliseconds. */
const reminderMs = 60_000
/** Time without a failure after which a success ends the problem, in milliseconds. */
const calmMs = 5000
/** Problems that are told apart. Further ones are only counted, until all are over. */
const mostProblems = 20

export type CallReportOptions = {
  readonly log: Logger
  readonly failures?: Counter | undefined
  /** Milliseconds since the epoch. Default: Date.now */
  readonly now?: (() => number) | undefined
}

/** Each problem is one line when it begins and one a minute, however many requests meet it. */
export function createCallReport(
  issuer: string,
  { log, failures, now = Date.now }: CallReportOptions,
): CallReport {
  const toldAtMs = new Map<string, number>()
  let failedAtMs = 0
  return {
    failed(problem) {
      failures?.add(1)
      failedAtMs = now()
      const last = toldAtMs.get(problem)
      if (last === undefined ? toldAtMs.size >= mostProblems : failedAtMs - last < reminderMs) return
      toldAtMs.set(problem, failedAtMs)
      log.warn({ issuer, problem }, 'the issuer was asked about an opaque token in vain; the request is 503')
    },
    succeeded() {
      if (toldAtMs.size === 0 || now() - failedAtMs < calmMs) return
      toldAtMs.clear()
      log.info({ issuer }, 'the issuer answers questions about opaque tokens again')
    },
  }
}
