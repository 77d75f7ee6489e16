/** The slowest request of some time, to be found in the log by its id. */
export type Exemplar = { readonly requestId: string; readonly seconds: number; readonly atMs: number }

/** The state of a histogram. */
export type HistogramCounts = {
  /** One count for each bound, and one for durations above all of them. */
  readonly counts: readonly number[]
  readonly sum: number
  readonly exemplar?: Exemplar
}

/** Counts durations by their length. */
export class Histogram {
  /** In seconds, ascending. */
  readonly bounds: readonly number[]
  readonly #counts: number[]
  #sum = 0
  #slowest: Exemplar | undefined
  #isNew = true

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.#counts = [...bounds.map(() => 0), 0]
  }

  observe(seconds: number, requestId?: string): void {
    const { bounds } = this
    let bucket = 0
    // The first buckets are the likeliest.
    while (bucket < bounds.length && seconds > (bounds[bucket] ?? 0)) bucket += 1
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#sum += seconds
    if (requestId !== undefined && seconds > (this.#slowest?.seconds ?? 0))
      this.#slowest = { requestId, seconds, atMs: Date.now() }
  }

  /** Adds the counts of another histogram with the same bounds. */
  add({ counts, sum, exemplar }: HistogramCounts): void {
    counts.forEach((count, bucket) => {
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count
    })
    this.#sum += sum
    if (exemplar !== undefined && isNews(exemplar, this.#slowest)) this.#slowest = exemplar
  }

  read(): HistogramCounts {
    const slowest = this.#slowest
    return { counts: [...this.#counts], sum: this.#sum, ...(slowest && { exemplar: slowest }) }
  }

  /**
   * Returns what was observed since the last call, or undefined when that is nothing. The first call always
   * returns counts, as with counters.
   */
  take(): HistogramCounts | undefined {
    if (!this.#isNew && this.#counts.every((count) => count === 0)) return undefined
    this.#isNew = false
    const taken = this.read()
    this.#counts.fill(0)
    this.#sum = 0
    this.#slowest = undefined
    return taken
  }
}

/** The time for which the slowest request is shown, in milliseconds. Then any other one takes its place. */
const interestMs = 60_000

function isNews(next: Exemplar, known: Exemplar | undefined): boolean {
  return known === undefined || next.seconds >= known.seconds || next.atMs - known.atMs > interestMs
}
