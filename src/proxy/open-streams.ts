/**
 * One answer that has no end of its own: an event stream or a WebSocket. It ends when its token expires, and is decided again
 * after a reload.
 */
export type OpenStream = {
  readonly kind: 'event-stream' | 'websocket'
  /** Milliseconds since the epoch; undefined without a token. */
  readonly expiresAtMs: number | undefined
  /** Closes both sides. `reason` goes to the log. */
  end(reason: 'token_expired' | 'refused_after_reload' | 'shutdown'): void
  /** Asks the current rules again; resolves false when the stream must end. Set by the gateway. */
  readonly stillAllowed: () => boolean | Promise<boolean>
}

/** All open streams of the process; survives reloads. */
export type OpenStreams = {
  add(stream: OpenStream): void
  remove(stream: OpenStream): void
  readonly eventStreams: number
  readonly webSockets: number
  /** After a reload: ends those that the new rules refuse. */
  reconsider(): Promise<void>
  endAll(reason: 'shutdown'): void
}

/** Expiry is timed with chained timers: `setTimeout` beyond 2^31 ms fires at once. */
export declare function createOpenStreams(): OpenStreams
