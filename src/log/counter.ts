/** A number that only grows. */
export class Counter {
  #value = 0
  #isNew = true

  get value(): number {
    return this.#value
  }

  add(count: number): void {
    this.#value += count
  }

  /**
   * Returns what was added since the last call, or undefined when that is nothing. The first call always
   * returns a number: a counter that begins with its first event hides that event from everybody who looks at
   * differences.
   */
  take(): number | undefined {
    const taken = this.#value
    if (taken === 0 && !this.#isNew) return undefined
    this.#value = 0
    this.#isNew = false
    return taken
  }
}
