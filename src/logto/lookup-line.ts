import { messageOf } from '../errors.ts'
import type { Counter } from '../log/counter.ts'
import type { Logger } from '../log/logger.ts'
import { createFairQueue } from '../token/fair-queue.ts'
import type { Answer } from './lookups.ts'
import { ManagementFault } from './management-fault.ts'

/** Where look-ups stand until it is their turn, and where their failures are told. */
export type LookupLine = {
  /** Asks when its turn comes. Never rejects. */
  ask<T>(question: () => Promise<T>): Promise<Answer<T>>
  /** From then on nothing is asked, and nothing told. */
  close(): void
}

/** Look-ups that are out at the same time. */
export const lookupsAtOnce = 16
/** Look-ups that wait. Further ones are not made, so that none can fill the memory. */
const waitingLimit = 5000
/** In milliseconds. Nobody waits any more for one whose turn comes later. */
const lateMs = 5000
/** Time without a failure after which a success ends an outage, in milliseconds. */
const calmMs = 5000

type Reports = { readonly log: Logger; readonly failures: Counter }

export function createLookupLine(issuer: string, reports: Reports): LookupLine {
  const queue = createFairQueue({ atOnce: lookupsAtOnce, limit: waitingLimit })
  const outage = createOutage(issuer, reports)
  let pausedUntilMs = 0
  let isClosed = false
  const mayAsk = () => !isClosed && Date.now() >= pausedUntilMs

  function failed(error: unknown): 'failed' {
    if (isClosed) return 'failed'
    if (error instanceof ManagementFault) pausedUntilMs = Math.max(pausedUntilMs, Date.now() + error.pauseMs)
    outage.failed(messageOf(error))
    return 'failed'
  }

  async function put<T>(question: () => Promise<T>): Promise<Answer<T>> {
    try {
      const value = await question()
      outage.succeeded()
      return { value }
    } catch (error) {
      return failed(error)
    }
  }

  return {
    async ask(question) {
      if (!mayAsk()) return 'busy'
      const sinceMs = performance.now()
      const turn = await queue.run('', async () =>
        mayAsk() && performance.now() - sinceMs < lateMs ? put(question) : 'busy',
      )
      if (turn === undefined) outage.failed(`${waitingLimit} look-ups wait already: is Logto slow?`)
      return turn ?? 'busy'
    },
    close() {
      isClosed = true
    },
  }
}

/** One line when it begins and one when it is over, however many look-ups meet it. */
function createOutage(issuer: string, { log, failures }: Reports) {
  let isOn = false
  let failedAtMs = 0
  return {
    failed(problem: string) {
      failures.add(1)
      failedAtMs = Date.now()
      if (isOn) return
      isOn = true
      log.warn(
        { issuer, problem },
        'users cannot be looked up; requests go on with what is known of them, or without the headers of ' +
          'identity.profile',
      )
    },
    succeeded() {
      if (!isOn || Date.now() - failedAtMs < calmMs) return
      isOn = false
      log.info({ issuer }, 'users can be looked up again')
    },
  }
}
