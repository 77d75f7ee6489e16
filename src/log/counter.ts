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
   * What came since the last time, or undefined when nothing did. The first time it is told in any case: a
   * counter that begins with its first event hides that event from whoever looks at differences.
   */
  take(): number | undefined {
    const taken = this.#value
    if (taken === 0 && !this.#isNew) return undefined
    this.#value = 0
    this.#isNew = false
    return taken
  }
}
