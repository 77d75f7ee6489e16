import { type Connection, createConnection } from './connection.ts'
import type { UpstreamConnector } from './undici-client.ts'

/** A request that waits for a connection to an origin. */
export type QueuedRequest = {
  /** Called once, at once or later, unless it left the queue before. */
  useConnection(connection: Connection): void
}

/** One origin of an upstream: its connections, the queue before them, and whether it is worth trying. */
export type Origin = {
  readonly url: string
  /** Neither a connection nor a place in the queue is left. */
  readonly isFull: boolean
  /** Passed over until then; milliseconds since the epoch. */
  readonly ejectedUntilMs: number
  enter(request: QueuedRequest): void
  /** Gives up its place in the queue, if it still has one. */
  leave(request: QueuedRequest): void
  /** A connection could not be made or was reset: passed over for a while, longer each time. */
  failed(): void
  succeeded(): void
  /** To be called when no request is on its way. */
  close(): Promise<void>
}

export type OriginOptions = {
  readonly url: string
  readonly connections: number
  readonly queue: number
  readonly connector: UpstreamConnector
  readonly responseHeaderBytes: number
}

/** How long a failing origin is passed over at first; twice as long after each further failure, up to the last. */
const firstEjectionMs = 1000
const lastEjectionMs = 30_000

/**
 * Connections are picked here and not by undici's pool: that cannot take a request out of its queue again, and never uses a
 * connection again whose request it could not write.
 */
export function createOrigin(options: OriginOptions): Origin {
  const connections: Connection[] = []
  /** The last one used is the first one used again: the others may grow old and close. */
  const idle: Connection[] = []
  /** A Set keeps the order, and lets one leave from the middle. */
  const waiting = new Set<QueuedRequest>()
  let failures = 0
  let ejectedUntilMs = 0

  function add(): Connection | undefined {
    if (connections.length >= options.connections) return undefined
    const connection = createConnection({ ...options, onFree })
    connections.push(connection)
    return connection
  }

  function onFree(connection: Connection): void {
    if (waiting.size === 0) return void idle.push(connection)
    for (const next of waiting) {
      waiting.delete(next)
      return next.useConnection(connection)
    }
  }

  return {
    url: options.url,
    get isFull() {
      return idle.length === 0 && connections.length >= options.connections && waiting.size >= options.queue
    },
    get ejectedUntilMs() {
      return ejectedUntilMs
    },
    enter(request) {
      const connection = idle.pop() ?? add()
      if (connection === undefined) waiting.add(request)
      else request.useConnection(connection)
    },
    leave: (request) => void waiting.delete(request),
    failed() {
      ejectedUntilMs = Date.now() + Math.min(firstEjectionMs * 2 ** failures, lastEjectionMs)
      failures += 1
    },
    succeeded() {
      failures = 0
      ejectedUntilMs = 0
    },
    async close() {
      await Promise.all(connections.map((connection) => connection.close()))
    },
  }
}
