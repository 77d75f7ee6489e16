import { availableParallelism } from 'node:os'

/**
 * Turns at the cryptography. One signature costs as much CPU as ten forwarded requests, and anybody can send tokens whose
 * signature is wrong: without a bound they would take every thread, and memory without end.
 */
export type VerificationQueue = {
  /**
   * Runs `job` when its turn comes. Resolves to undefined, and never runs it, when there is no room to wait. Rejects as `job`
   * does. `client` is the address that asks.
   */
  run<T>(client: string, job: () => Promise<T>): Promise<T | undefined>
}

export type VerificationQueueOptions = {
  /**
   * Jobs that run at the same time. Default: a core is left to the event loop, and one of Node's four threads to name look-ups
   * and the log. On one core, with 3,000 requests a second of known tokens and bursts of 25 new ones, the p99 of the known
   * tokens is 3.4 ms with 1 at once, 5.7 with 2, 11 with 4, 23 without a bound (and 2.6 without new tokens).
   */
  readonly atOnce?: number
  /** Jobs that wait, of all clients together. Default: 1000, which ES384 works off in about half a second on an idle core. */
  readonly limit?: number
}

/** Called once: with true when its turn has come, with false when it must leave. */
type Waiting = (turn: boolean) => void

/**
 * Clients take turns, however many jobs each has: who floods waits behind its own flood, the others behind one job of it. When
 * the queue is full, the longest line in it loses its last job to a client whose line is shorter.
 */
export function createVerificationQueue(options: VerificationQueueOptions = {}): VerificationQueue {
  const { atOnce = Math.min(Math.max(availableParallelism() - 1, 1), 3), limit = 1000 } = options
  /** In the order of their turns; none is empty. */
  const lines = new Map<string, Waiting[]>()
  let running = 0
  let waiting = 0

  function turn(client: string): Promise<boolean> {
    if (waiting >= limit && !makeRoom(lines.get(client)?.length ?? 0)) return Promise.resolve(false)
    waiting += 1
    return new Promise((resolve) => {
      const line = lines.get(client)
      if (line === undefined) lines.set(client, [resolve])
      else line.push(resolve)
    })
  }

  /** For a client that has `length` jobs in line already: one more must not make its line the longest. */
  function makeRoom(length: number): boolean {
    let longest: Waiting[] = []
    for (const line of lines.values()) if (line.length > longest.length) longest = line
    if (longest.length <= length + 1) return false
    waiting -= 1
    longest.pop()?.(false)
    return true
  }

  /** The place that became free goes to the next client's first job, and that client behind all others. */
  function passOn(): void {
    for (const [client, line] of lines) {
      lines.delete(client)
      const next = line.shift()
      if (line.length > 0) lines.set(client, line)
      waiting -= 1
      next?.(true)
      return
    }
    running -= 1
  }

  return {
    async run(client, job) {
      if (running < atOnce) running += 1
      else if (!(await turn(networkOf(client)))) return undefined
      try {
        return await job()
      } finally {
        passOn()
      }
    },
  }
}

/** Who has one IPv6 address has the 2^64 beside it: they stand in one line. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address
  const [left = '', right] = address.split('::')
  const groups = left.split(':')
  if (right !== undefined) {
    const rest = right.split(':')
    groups.push(...Array<string>(Math.max(8 - groups.length - rest.length, 0)).fill('0'), ...rest)
  }
  return groups.slice(0, 4).join(':')
}
