/** The time, in milliseconds, in which a body may begin slowly: nothing is measured before it is over. */
const graceMs = 10_000
/** The time over which the pace is averaged, in milliseconds. A body may pause for nearly as long. */
const windowMs = 30_000
/** How often the pace is looked at, in milliseconds. A slow body is found so much later at most. */
const sampleEveryMs = 1000

/**
 * Watches how fast a request body arrives. A client that sends one byte now and then is within every
 * `timeouts.idle`, and would hold a connection to the upstream without end.
 */
export class BodyPace {
  readonly #leastBytes: number
  readonly #received: () => number | undefined
  readonly #onTooSlow: () => void
  /** Bytes received at each second of the window, the oldest first. */
  #samples: number[] = []
  #timer: NodeJS.Timeout | undefined

  /**
   * `leastBytes` is the least pace in bytes a second. `received` returns the number of all bytes so far, or
   * undefined while the upstream takes none.
   */
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
