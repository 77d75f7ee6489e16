import { availableParallelism } from 'node:os'
import type { Counter } from '../log/counter.ts'
import type { Histogram } from '../log/histogram.ts'
import { FairLines } from './fair-lines.ts'

/**
 * Runs jobs in turn, a few at the same time. It is for cryptography, of which one signature costs as much CPU
 * as ten forwarded requests. Anybody can send tokens whose signature is wrong, and without a bound they would
 * take every thread, and memory without end.
 */
export type FairQueue = {
  /**
   * Runs `job` when its turn comes. Resolves to undefined, and never runs it, when there is no room to wait.
   * Rejects as `job` does. `client` is the address that asks.
   */
  run<T>(client: string, job: () => Promise<T>): Promise<T | undefined>
  /** Whether `run` would take one more job of this client. */
  hasRoomFor(client: string): boolean
  /** Jobs whose turn has not come. */
  readonly waiting: number
}

export type FairQueueOptions = {
  /**
   * Jobs that run at the same time. Default: as many as leave a core to the event loop, and one of Node's
   * four threads to name look-ups and the log. On one core, with 3,000 requests a second of known tokens and
   * bursts of 25 new ones, the p99 of the known tokens is 3.4 ms with 1 at once, 5.7 with 2, 11 with 4, 23
   * without a bound (and 2.6 without new tokens).
   */
  readonly atOnce?: number
  /**
   * Jobs that wait, of all clients together; further ones are refused. Default: 1000 signatures, which an
   * idle core verifies in about half a second (ES384).
   */
  readonly limit?: number
  readonly meters?: QueueMeters
}

/** `durations` are those of jobs, the time in line included. */
export type QueueMeters = { readonly refused: Counter; readonly durations: Histogram }

/** Called once: with true when its turn has come, with false when it must leave. */
type Waiting = (isItsTurn: boolean) => void

/** Clients take turns, as `FairLines` has it. */
export function createFairQueue(options: FairQueueOptions = {}): FairQueue {
  const { atOnce = Math.min(Math.max(availableParallelism() - 1, 1), 3), limit = 1000, meters } = options
  const lines = new FairLines<Waiting>(limit)
  let running = 0

  function waitInLine(client: string): Promise<boolean> {
    return new Promise((resolve) => lines.add(client, resolve)?.(false))
  }

  /** A job has ended: the next one in line may run. */
  function endTurn(): void {
    const next = lines.next()
    if (next === undefined) running -= 1
    else next(true)
  }

  return {
    get waiting() {
      return lines.size
    },
    hasRoomFor: (client) => running < atOnce || lines.hasRoomFor(client),
    async run(client, job) {
      const startedMs = performance.now()
      if (running < atOnce) running += 1
      else if (!(await waitInLine(client))) {
        meters?.refused.add(1)
        return undefined
      }
      try {
        return await job()
      } finally {
        endTurn()
        meters?.durations.observe((performance.now() - startedMs) / 1000)
      }
    },
  }
}
