import type { Counter } from '../log/counter.ts'
import type { Histogram } from '../log/histogram.ts'
import { FairLines, networkOf } from '../token/fair-lines.ts'
import { type Connection, createConnection } from './connection.ts'
import type { ClientOptions } from './undici-client.ts'

/** A request that wants a connection to an origin. */
export type QueuedRequest = {
  /** The address of the client: clients take turns. */
  readonly client: string
  readonly hasBody: boolean
  /** Called once, at once or later, unless the request left the queue before. */
  useConnection(connection: Connection): void
  /** Called instead when its place in the queue went to a client that has fewer of them. */
  loseTurn(): void
}

/** One origin of an upstream, with its connections and the queue before them. */
export type Origin = {
  readonly url: string
  /** The end of the time in which it is passed over, in milliseconds since the epoch. */
  readonly ejectedUntilMs: number
  /** The number of connections, in use or idle. */
  readonly connections: number
  /** The number of requests that wait for a connection. */
  readonly waiting: number
  /** True when a connection or a place in the queue is left for this client. */
  hasRoomFor(client: string): boolean
  enter(request: QueuedRequest): void
  /** Gives up the place of a request in the queue, if it still has one. */
  leave(request: QueuedRequest): void
  /**
   * A connection could not be made, or was reset: the origin is passed over for a while, longer each time.
   * `cause` is given where this is an outage. A kept connection that was reset may only have grown old.
   */
  failed(cause?: string): void
  /** A response has begun, `afterMs` after its request was dispatched. */
  answered(afterMs: number): void
  /** To be called when no request is on its way. */
  close(): Promise<void>
}

export type OriginOptions = ClientOptions & {
  readonly url: string
  readonly connections: number
  readonly queue: number
  /** Hears once of an outage, with its cause. */
  readonly onOutage: (cause: string) => void
  /** Hears once that the outage is over. */
  readonly onRecovery: () => void
  readonly meters: OriginMeters
}

/** `durations` are those from dispatch to the head of a response. */
export type OriginMeters = { readonly failures: Counter; readonly durations: Histogram }

/**
 * The time for which a failing origin is passed over at first, in milliseconds. It doubles with each further
 * failure.
 */
const firstEjectionMs = 1000
/** The longest time for which it is passed over. An origin that is back is noticed so much later at most. */
const lastEjectionMs = 30_000

/**
 * Connections are picked here and not by undici's pool. That one cannot take a request out of its queue
 * again, and never uses a connection again whose request it could not write.
 */
export function createOrigin(options: OriginOptions): Origin {
  return new PooledOrigin(options)
}

class PooledOrigin implements Origin {
  readonly #options: OriginOptions
  readonly #connections = new Set<Connection>()
  /** The last one used is the first one used again, so that the others may grow old and close. */
  readonly #idle: Connection[] = []
  readonly #waiting: FairLines<QueuedRequest>
  readonly #uploads: Uploads
  #failures = 0
  /** The operator has been told of an outage that is not over. */
  #isOutage = false
  ejectedUntilMs = 0

  constructor(options: OriginOptions) {
    this.#options = options
    this.#waiting = new FairLines(options.queue)
    this.#uploads = new Uploads(Math.max(1, Math.ceil(options.connections / 2)))
  }

  get url(): string {
    return this.#options.url
  }

  get connections(): number {
    return this.#connections.size
  }

  get waiting(): number {
    return this.#waiting.size
  }

  hasRoomFor(client: string): boolean {
    const isFree = this.#idle.length > 0 || this.#connections.size < this.#options.connections
    return isFree || this.#waiting.hasRoomFor(client)
  }

  enter(request: QueuedRequest): void {
    const connection = this.#uploads.allow(request) ? (this.#idle.pop() ?? this.#add()) : undefined
    if (connection !== undefined) this.#start(request, connection)
    else this.#waiting.add(request.client, request)?.loseTurn()
  }

  leave(request: QueuedRequest): void {
    this.#waiting.remove(request.client, request)
  }

  failed(cause?: string): void {
    this.#options.meters.failures.add(1)
    if (cause !== undefined && !this.#isOutage) {
      this.#isOutage = true
      this.#options.onOutage(cause)
    }
    const nowMs = Date.now()
    // Requests that were on their way together fail together: that is one failure.
    if (nowMs < this.ejectedUntilMs) return
    this.ejectedUntilMs = nowMs + Math.min(firstEjectionMs * 2 ** this.#failures, lastEjectionMs)
    this.#failures += 1
  }

  answered(afterMs: number): void {
    this.#options.meters.durations.observe(afterMs / 1000)
    if (this.#failures === 0) return
    this.#failures = 0
    this.ejectedUntilMs = 0
    if (this.#isOutage) this.#options.onRecovery()
    this.#isOutage = false
  }

  async close(): Promise<void> {
    await Promise.all([...this.#connections].map((connection) => connection.close()))
  }

  #add(): Connection | undefined {
    if (this.#connections.size >= this.#options.connections) return undefined
    const connection = createConnection({
      ...this.#options,
      onFree: (free) => this.#onFree(free),
      onGone: (gone) => this.#onGone(gone),
    })
    this.#connections.add(connection)
    return connection
  }

  #start(request: QueuedRequest, connection: Connection): void {
    this.#uploads.begin(request, connection)
    request.useConnection(connection)
  }

  #onFree(connection: Connection): void {
    this.#uploads.end(connection)
    const next = this.#next()
    if (next === undefined) this.#idle.push(connection)
    else this.#start(next, connection)
  }

  #onGone(connection: Connection): void {
    this.#uploads.end(connection)
    this.#connections.delete(connection)
    if (this.#waiting.size === 0) return
    const successor = this.#add()
    if (successor !== undefined) this.#onFree(successor)
  }

  #next(): QueuedRequest | undefined {
    return this.#waiting.size === 0
      ? undefined
      : this.#waiting.next((request) => this.#uploads.allow(request))
  }
}

/**
 * Counts requests with bodies, which their clients can make last. No client has more than half of the
 * connections with them, so that slow uploads cannot starve everybody else.
 */
class Uploads {
  readonly #most: number
  readonly #counts = new Map<string, number>()
  readonly #clients = new Map<Connection, string>()

  constructor(most: number) {
    this.#most = most
  }

  allow({ hasBody, client }: QueuedRequest): boolean {
    return !hasBody || (this.#counts.get(networkOf(client)) ?? 0) < this.#most
  }

  begin({ hasBody, client }: QueuedRequest, connection: Connection): void {
    if (!hasBody) return
    const network = networkOf(client)
    this.#clients.set(connection, network)
    this.#counts.set(network, (this.#counts.get(network) ?? 0) + 1)
  }

  end(connection: Connection): void {
    const client = this.#clients.get(connection)
    if (client === undefined) return
    this.#clients.delete(connection)
    const left = (this.#counts.get(client) ?? 1) - 1
    if (left === 0) this.#counts.delete(client)
    else this.#counts.set(client, left)
  }
}
