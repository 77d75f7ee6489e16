/**
 * Who still needs the rules of a gateway. After a reload they are given back, with their keys and connections, once the
 * last request that came in under them is over.
 */
export class Lease {
  readonly #release: () => void
  #users = 0
  #ended = false

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
    if (this.#ended && this.#users === 0) this.#release()
  }

  end(): void {
    this.#ended = true
    if (this.#users === 0) this.#release()
  }
}
