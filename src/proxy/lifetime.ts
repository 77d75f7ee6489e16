import { believedMs } from '../token/access-token.ts'
import type { Exchange } from './exchange.ts'
import type { OpenStream, StreamEnd } from './open-streams.ts'

/** The exchange whose time is kept. */
export type Timed = {
  /** Nothing came in time. */
  onLate(): void
}

/**
 * Keeps the time of an exchange. There is one clock for the step that it is in. An exchange whose response
 * has no end of its own is also one of the open streams.
 */
export class Lifetime {
  readonly startedMs = performance.now()
  readonly #exchange: Exchange
  readonly #timed: Timed
  #timer: NodeJS.Timeout | undefined
  #stream: OpenStream | undefined

  constructor(exchange: Exchange, timed: Timed) {
    this.#exchange = exchange
    this.#timed = timed
  }

  /** Expects the response head within `timeouts.response`, however many attempts are made for it. */
  begin(): void {
    this.#timer ??= setTimeout(late, this.#exchange.plan.timeouts.responseMs, this.#timed)
  }

  /** Expects the next byte within this time. */
  expect(delayMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(late, delayMs, this.#timed)
  }

  /** A byte came: the clock begins anew. */
  refresh(): void {
    this.#timer?.refresh()
  }

  /** From here on the exchange has no end of its own. `end` may be called at once. */
  becomeStream(kind: OpenStream['kind'], end: (why: StreamEnd) => void): void {
    const { plan, token, rules, streams, asked } = this.#exchange
    this.expect(plan.timeouts.streamMs)
    this.#stream = {
      kind,
      expiresAtMs: token?.expiresAtMs,
      askAgainMs: token?.believedUntilMs === undefined ? undefined : believedMs,
      isRevoked: () => token !== undefined && rules.revokes(token),
      stillAllowed: () => rules.stillAllow(asked),
      isStale: () => rules.stale,
      end,
    }
    streams.add(this.#stream)
  }

  get isStream(): boolean {
    return this.#stream !== undefined
  }

  end(): void {
    clearTimeout(this.#timer)
    if (this.#stream !== undefined) this.#exchange.streams.remove(this.#stream)
  }
}

function late(timed: Timed): void {
  timed.onLate()
}
