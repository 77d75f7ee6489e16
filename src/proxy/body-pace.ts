/** A body may begin slowly: what comes within this time is not measured. */
const graceMs = 10_000
/** The pace is averaged over this time. */
const windowMs = 30_000
const sampleEveryMs = 1000

/**
 * Watches how fast a request body arrives. One byte now and then is within every `timeouts.idle`, and would hold a
 * connection to the upstream without end.
 */
export class BodyPace {
  readonly #leastBytes: number
  readonly #received: () => number | undefined
  readonly #onTooSlow: () => void
  /** Bytes received at each second of the window, the oldest first. */
  #samples: number[] = []
  #timer: NodeJS.Timeout | undefined

  /** `leastBytes` a second; `received` is asked for all bytes so far, or undefined while it is the upstream that waits. */
  constructor(options: {
    readonly leastBytes: number
    readonly received: () => number | undefined
    readonly onTooSlow: () => void
  }) {
    this.#leastBytes = options.leastBytes
    this.#received = options.received
    this.#onTooSlow = options.onTooSlow
    if (options.leastBytes > 0) this.#timer = setTimeout(beginSampling, graceMs, this)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  sample(): void {
    const bytes = this.#received()
    // While the upstream takes nothing, the client cannot be faster: the window begins anew.
    if (bytes === undefined) {
      this.#samples = []
      return
    }
    this.#samples.push(bytes)
    if (this.#samples.length <= windowMs / sampleEveryMs) return
    const first = this.#samples.shift() ?? 0
    if (bytes - first < (this.#leastBytes * windowMs) / 1000) this.#onTooSlow()
  }

  begin(): void {
    this.#timer = setInterval(() => this.sample(), sampleEveryMs)
    this.sample()
  }
}

function beginSampling(pace: BodyPace): void {
  pace.begin()
}
