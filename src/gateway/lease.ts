/**
 * Counts who still needs the rules of a gateway. After a reload they are given back, with their keys and
 * connections, once the last request that came in under them is over.
 */
export class Lease {
  readonly #release: () => void
  #users = 0
  #ended = false
  #released = false

  /** `release` is called once. */
  constructor(release: () => void) {
    this.#release = release
  }

  /** Other rules are in force. */
  get ended(): boolean {
    return this.#ended
  }

  /** Each call owes one `leave`. */
  enter(): void {
    this.#users += 1
  }

  leave(): void {
    this.#users -= 1
    this.#releaseUnused()
  }

  end(): void {
    this.#ended = true
    this.#releaseUnused()
  }

  #releaseUnused(): void {
    if (!this.#ended || this.#users > 0 || this.#released) return
    this.#released = true
    this.#release()
  }
}
