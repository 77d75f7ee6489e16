import { hasBody } from '../http/request-head.ts'
import type { Connection } from '../upstream/connection.ts'
import type { Origin, QueuedRequest } from '../upstream/origin.ts'
import type { UpstreamHandler, UpstreamRequest } from '../upstream/undici-client.ts'
import type { Exchange } from './exchange.ts'

/** The exchange that an attempt is made for. It says what goes upstream, and hears what comes back. */
export type Attempting = UpstreamHandler & {
  upstreamRequest(connection: Connection): UpstreamRequest
  /** Its place in the queue went to a client that has fewer of them. */
  onTurnLost(): void
}

/**
 * One try of an exchange over one connection. It waits in the queue of an origin first, and is then on its
 * way.
 */
export class Attempt implements QueuedRequest {
  readonly #exchange: Exchange
  readonly #attempting: Attempting
  #origin: Origin | undefined
  #connection: Connection | undefined
  #abort: ((reason: Error) => void) | undefined
  #reusable: boolean

  constructor(exchange: Exchange, attempting: Attempting) {
    this.#exchange = exchange
    this.#attempting = attempting
    this.#reusable = exchange.plan.upstream.options.reuse
  }

  get client(): string {
    return this.#exchange.asked.client.address
  }

  get hasBody(): boolean {
    return hasBody(this.#exchange.asked.head)
  }

  /** Enters the queue of the next origin; false when all queues are full. */
  enter(): boolean {
    this.#origin = this.#exchange.plan.upstream.pick(this.client)
    this.#origin?.enter(this)
    return this.#origin !== undefined
  }

  useConnection(connection: Connection): void {
    this.#connection = connection
    connection.dispatch(this.#attempting.upstreamRequest(connection), this.#attempting)
  }

  loseTurn(): void {
    this.#attempting.onTurnLost()
  }

  /** undici begins to write. From now on the attempt can be aborted. */
  connected(abort: (reason: Error) => void): void {
    this.#abort = abort
  }

  /** The upstream signs connections in, not requests: no other request may follow on this one. */
  keepConnectionApart(): void {
    this.#reusable = false
    this.#exchange.plan.upstream.reportConnectionAuth()
  }

  /**
   * undici has said its last word. After an error the connection is given up, since undici may still count
   * the request as running: the next one would then wait for it in vain.
   */
  settled(error?: Error): void {
    const connection = this.#connection
    this.#connection = undefined
    this.#abort = undefined
    connection?.release(this.#reusable && error === undefined)
  }

  /** Gives up its place in the queue, if it still has one. */
  leaveQueue(): void {
    if (this.#connection === undefined) this.#origin?.leave(this)
  }

  /** Gives up what is still on its way. */
  abort(reason: string): void {
    this.#abort?.(new Error(reason))
  }

  originAnswered(afterMs: number): void {
    this.#origin?.answered(afterMs)
  }

  originFailed(cause?: string): void {
    this.#origin?.failed(cause)
  }
}
