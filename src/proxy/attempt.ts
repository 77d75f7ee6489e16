import type { Dispatcher } from 'undici'
import type { Code } from '../errors.ts'
import type { Connection } from '../upstream/connection.ts'
import type { Origin, Passenger } from '../upstream/origin.ts'
import type { Exchange, Refuse } from './exchange.ts'
import type { OpenStream, StreamEnd } from './open-streams.ts'

/**
 * One allowed request on its way: through the queue of an origin, over a connection, until one side ends it. What HTTP exchanges
 * and upgrades share. `onConnect`, `onError` and their like are undici's, under the names of its handlers before version 8: with
 * the new names it parses every head into an object that nobody reads (4 % of a request, more with more fields).
 */
export abstract class Passage implements Passenger {
  protected readonly exchange: Exchange
  protected readonly startedMs = performance.now()
  protected origin: Origin | undefined
  protected over = false
  #refuse: Refuse
  #connection: Connection | undefined
  #abort: ((reason: Error) => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #stream: OpenStream | undefined

  static readonly #late = (passage: Passage): void => passage.onLate()

  constructor(exchange: Exchange, refuse: Refuse) {
    this.exchange = exchange
    this.#refuse = refuse
  }

  protected abstract request(): Dispatcher.DispatchOptions
  /** Before the answer's head: no head within `timeouts.response`. */
  protected abstract onLate(): void

  /** Enters the queue of the next origin; false when all are full. */
  protected enter(): boolean {
    const { upstream, timeouts } = this.exchange.plan
    this.origin = upstream.pick()
    if (this.origin === undefined) return false
    this.#timer ??= setTimeout(Passage.#late, timeouts.responseMs, this)
    this.origin.enter(this)
    return true
  }

  board(connection: Connection): void {
    this.#connection = connection
    connection.dispatch(this.request(), this)
  }

  onConnect(abort: (reason?: Error) => void): void {
    // Thrown and not aborted: nothing was written, and the connection is good for the next request.
    if (this.over) throw new Error('the client has left')
    this.#abort = abort
  }

  /** undici has said its last word about this request. */
  protected landed(): void {
    const connection = this.#connection
    this.#connection = undefined
    this.#abort = undefined
    connection?.release()
  }

  /** The next byte is due within this time. */
  protected arm(delayMs: number, then: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(then, delayMs)
  }

  /** A byte came. */
  protected refresh(): void {
    this.#timer?.refresh()
  }

  /** From here on it has no end of its own. */
  protected openStream(kind: OpenStream['kind'], end: (why: StreamEnd) => void): void {
    const { exchange } = this
    const { plan, expiresAtMs, rules, streams } = exchange
    this.arm(plan.timeouts.streamMs, () => end('silent'))
    this.#stream = {
      kind,
      expiresAtMs,
      stillAllowed: () => rules.stillAllow(exchange),
      isStale: () => rules.stale,
      end,
    }
    streams.add(this.#stream)
  }

  protected get isStream(): boolean {
    return this.#stream !== undefined
  }

  protected answered(status: number): void {
    this.exchange.record.status = status
    this.exchange.record.upstreamMs = performance.now() - this.startedMs
  }

  /** Answers in the gateway's own words, and gives up what is still on its way. */
  protected refuse(code: Code, detail: string): void {
    this.finish()
    this.#refuse(code, detail)
    this.abort(detail)
  }

  /** Gives up what is still on its way; to be called after `finish`. */
  protected abort(reason: string): void {
    this.#abort?.(new Error(reason))
  }

  /** Nothing that comes later counts. */
  protected finish(): void {
    this.over = true
    clearTimeout(this.#timer)
    if (this.#connection === undefined) this.origin?.leave(this)
    if (this.#stream !== undefined) this.exchange.streams.remove(this.#stream)
  }
}
