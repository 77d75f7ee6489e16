/** The reason for which the gateway ends a stream. */
export type StreamEnd = keyof typeof streamEnds

/** The reasons in the words of the log. */
export const streamEnds = {
  token_expired: 'The stream was ended: its access token has expired',
  refused_after_reload: 'The stream was ended: the rules of the reloaded configuration refuse it',
  token_revoked: 'The stream was ended: its access token was revoked',
  token_withdrawn: 'The stream was ended: the issuer no longer vouches for its access token',
  shutdown: 'The stream was ended: the gateway stops',
  silent: 'The stream was ended: no byte within timeouts.stream',
} as const

/**
 * One response that has no end of its own: an event stream or a WebSocket. It ends when its token expires,
 * and is decided again after a reload, and now and then where the issuer must be asked about its token.
 */
export type OpenStream = {
  readonly kind: 'event-stream' | 'websocket'
  /** Milliseconds since the epoch; undefined without a token. */
  readonly expiresAtMs: number | undefined
  /** After each such time it is decided again, in milliseconds; undefined for never. */
  readonly askAgainMs: number | undefined
  /** Closes both sides. The reason goes to the log. */
  end(why: StreamEnd): void
  /** True when a cut-off withdraws its token. */
  readonly isRevoked: () => boolean
  /** Asks the rules in force again: false when the stream must end. Never rejects. */
  readonly stillAllowed: () => boolean | Promise<boolean>
  /** True when the rules that let it pass are no longer in force. */
  readonly isStale: () => boolean
}

/** All open streams of the process. They outlive a reload. */
export type OpenStreams = {
  add(stream: OpenStream): void
  remove(stream: OpenStream): void
  readonly eventStreams: number
  readonly webSockets: number
  /** Ends the streams that new rules refuse. To be called after a reload. */
  reconsider(): Promise<void>
  /** Ends the streams whose tokens were revoked. To be called after a cut-off. */
  endRevoked(): void
  /** Ends the streams that are open, and from now on each that begins. */
  endAll(why: StreamEnd): void
}

/** The longest delay that `setTimeout` takes, in milliseconds. With a longer one it fires at once. */
const longestTimerMs = 2 ** 31 - 1
/**
 * Streams that are asked about at the same time. With fewer, a few that wait for a slow issuer keep others
 * open that the new rules refuse; with more, the queue of verifications could be full of them, and refuse
 * requests.
 */
const askedAtOnce = 100

export function createOpenStreams(): OpenStreams {
  /** Set by `endAll`: streams that begin later end at once. */
  let ended: StreamEnd | undefined
  const timers = new Map<OpenStream, NodeJS.Timeout | undefined>()
  const rounds = new Map<OpenStream, NodeJS.Timeout>()
  /** Streams that were told to end, and may take a while to do so. */
  const ending = new WeakSet<OpenStream>()

  /** Ends a stream once: the first reason counts, and it may have left while it was asked about. */
  function end(stream: OpenStream, why: StreamEnd): void {
    if (ending.has(stream) || !timers.has(stream)) return
    ending.add(stream)
    stream.end(why)
  }

  function arm(stream: OpenStream): void {
    if (stream.expiresAtMs === undefined) return void timers.set(stream, undefined)
    const left = stream.expiresAtMs - Date.now()
    if (left <= 0) return end(stream, 'token_expired')
    timers.set(stream, setTimeout(() => arm(stream), Math.min(left, longestTimerMs)).unref())
  }

  async function askAgain(stream: OpenStream, why: StreamEnd = 'refused_after_reload'): Promise<void> {
    if (!(await stream.stillAllowed())) end(stream, why)
  }

  function askNowAndThen(stream: OpenStream, delayMs: number): void {
    rounds.set(stream, setInterval(() => void askAgain(stream, 'token_withdrawn'), delayMs).unref())
  }

  function count(kind: OpenStream['kind']): number {
    let streams = 0
    for (const stream of timers.keys()) if (stream.kind === kind) streams += 1
    return streams
  }

  return {
    add(stream) {
      timers.set(stream, undefined)
      if (ended !== undefined) return end(stream, ended)
      if (stream.isRevoked()) return end(stream, 'token_revoked')
      arm(stream)
      if (stream.askAgainMs !== undefined && timers.has(stream)) askNowAndThen(stream, stream.askAgainMs)
      // Its response began after the reload that would have asked about it.
      if (stream.isStale()) void askAgain(stream)
    },
    remove(stream) {
      clearTimeout(timers.get(stream))
      timers.delete(stream)
      clearInterval(rounds.get(stream))
      rounds.delete(stream)
    },
    get eventStreams() {
      return count('event-stream')
    },
    get webSockets() {
      return count('websocket')
    },
    async reconsider() {
      const streams = [...timers.keys()]
      async function askInTurn(): Promise<void> {
        for (let stream = streams.shift(); stream !== undefined; stream = streams.shift())
          await askAgain(stream)
      }
      await Promise.all(Array.from({ length: askedAtOnce }, askInTurn))
    },
    endRevoked() {
      for (const stream of [...timers.keys()]) if (stream.isRevoked()) end(stream, 'token_revoked')
    },
    endAll(why) {
      ended = why
      for (const stream of [...timers.keys()]) end(stream, why)
    },
  }
}
