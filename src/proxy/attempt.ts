import type { Connection } from '../upstream/connection.ts'
import type { Origin, QueuedRequest } from '../upstream/origin.ts'
import type { UpstreamHandler, UpstreamRequest } from '../upstream/undici-client.ts'
import type { Upstream } from '../upstream/upstream.ts'

/** The exchange that an attempt is made for: what goes upstream, and who hears what comes back. */
export type Attempting = UpstreamHandler & { upstreamRequest(): UpstreamRequest }

/** One try of an exchange over one connection: first in the queue of an origin, then on its way. */
export class Attempt implements QueuedRequest {
  readonly #exchange: Attempting
  #origin: Origin | undefined
  #connection: Connection | undefined
  #abort: ((reason: Error) => void) | undefined

  constructor(exchange: Attempting) {
    this.#exchange = exchange
  }

  /** Enters the queue of the next origin; false when all queues are full. */
  enter(upstream: Upstream): boolean {
    this.#origin = upstream.pick()
    this.#origin?.enter(this)
    return this.#origin !== undefined
  }

  useConnection(connection: Connection): void {
    this.#connection = connection
    connection.dispatch(this.#exchange.upstreamRequest(), this.#exchange)
  }

  /** undici begins to write. From now on the attempt can be aborted. */
  connected(abort: (reason: Error) => void): void {
    this.#abort = abort
  }

  /** undici has said its last word: the connection can take the next request. */
  settled(): void {
    const connection = this.#connection
    this.#connection = undefined
    this.#abort = undefined
    connection?.release()
  }

  /** Gives up its place in the queue, if it still has one. */
  leaveQueue(): void {
    if (this.#connection === undefined) this.#origin?.leave(this)
  }

  /** Gives up what is still on its way. */
  abort(reason: string): void {
    this.#abort?.(new Error(reason))
  }

  originAnswered(): void {
    this.#origin?.succeeded()
  }

  originFailed(): void {
    this.#origin?.failed()
  }
}
