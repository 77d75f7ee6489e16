import { Counter } from './counter.ts'
import { Histogram, type HistogramCounts } from './histogram.ts'
import {
  type CounterName,
  counterNames,
  type FamilyName,
  families,
  type GaugeName,
  type HistogramName,
  histogramNames,
} from './metric-families.ts'

/** Values of the labels of a family, in its order. */
export type Labels = readonly string[]

/** The state of counters and histograms, in a form that can be sent to another process. */
export type Counted = {
  readonly counters: readonly (readonly [CounterName, Labels, number])[]
  readonly histograms: readonly (readonly [HistogramName, Labels, HistogramCounts])[]
}

/** Values of this moment. */
export type Gauges = readonly (readonly [GaugeName, Labels, number])[]

/** One process: what it has counted since it was last asked, and its gauges now. */
export type Measured = { readonly counted: Counted; readonly gauges: Gauges }

/** The counters and histograms of every family. */
export class Meters {
  readonly #budget: Budget
  readonly #counters = new Map<CounterName, MetersOfFamily<Counter>>()
  readonly #histograms = new Map<HistogramName, MetersOfFamily<Histogram>>()

  /** `series` is `metrics.series`. */
  constructor(series: number) {
    this.#budget = { most: series, used: 0 }
    for (const name of counterNames) {
      this.#counters.set(name, new MetersOfFamily(name, this.#budget, 1, () => new Counter()))
    }
    for (const name of histogramNames) {
      const { bounds } = families[name]
      // There is a line for each bound, one for durations above all of them, one for the sum, one for the
      // count.
      const lines = bounds.length + 3
      this.#histograms.set(name, new MetersOfFamily(name, this.#budget, lines, () => new Histogram(bounds)))
    }
  }

  /** Takes a new bound after a reload. Series that are there remain. */
  setSeries(series: number): void {
    this.#budget.most = series
  }

  counter(name: CounterName, ...labels: Labels): Counter {
    return of(this.#counters, name).get(labels)
  }

  histogram(name: HistogramName, ...labels: Labels): Histogram {
    return of(this.#histograms, name).get(labels)
  }

  /** Adds the counts of another process. */
  add({ counters, histograms }: Counted): void {
    for (const [name, labels, count] of counters) this.counter(name, ...labels).add(count)
    for (const [name, labels, counts] of histograms) this.histogram(name, ...labels).add(counts)
  }

  /** Returns everything that was counted. */
  read(): Counted {
    return this.#map(
      (counter) => counter.value,
      (histogram) => histogram.read(),
    )
  }

  /** Returns everything that was counted since the last call. */
  take(): Counted {
    return this.#map(
      (counter) => counter.take(),
      (histogram) => histogram.take(),
    )
  }

  #map(
    count: (counter: Counter) => number | undefined,
    counts: (histogram: Histogram) => HistogramCounts | undefined,
  ): Counted {
    return { counters: mapped(this.#counters, count), histograms: mapped(this.#histograms, counts) }
  }
}

type ByFamily<N, M> = ReadonlyMap<N, MetersOfFamily<M>>

function of<N extends FamilyName, M>(meters: ByFamily<N, M>, name: N): MetersOfFamily<M> {
  const found = meters.get(name)
  if (found === undefined) throw new Error(`no family is called ${name}`)
  return found
}

function mapped<N, M, V>(meters: ByFamily<N, M>, value: (meter: M) => V | undefined): [N, Labels, V][] {
  const all: [N, Labels, V][] = []
  for (const [name, family] of meters) {
    for (const [labels, meter] of family.all()) {
      const found = value(meter)
      if (found !== undefined) all.push([name, labels, found])
    }
  }
  return all
}

/** The number of lines that the bounded families have together, and the most that they may have. */
type Budget = { most: number; used: number }

/** The meters of one family, by the values of their labels. Each is made when it is first asked for. */
class MetersOfFamily<M> {
  readonly #name: FamilyName
  readonly #budget: Budget
  readonly #lines: number
  readonly #make: () => M
  readonly #meters = new Map<string, readonly [Labels, M]>()

  /** `lines` is the number of lines in which one of them is printed. */
  constructor(name: FamilyName, budget: Budget, lines: number, make: () => M) {
    this.#name = name
    this.#budget = budget
    this.#lines = lines
    this.#make = make
    // A family without labels has its meter from the start (see `Counter.take`).
    if (families[name].labels.length === 0) this.get([])
  }

  all(): Iterable<readonly [Labels, M]> {
    return this.#meters.values()
  }

  get(labels: Labels): M {
    const known = this.#meters.get(keyOf(labels))
    if (known !== undefined) return known[1]
    if (!('bounded' in families[this.#name])) return this.#add(labels)
    if (this.#budget.used + this.#lines > this.#budget.most) return this.#other(labels)
    this.#budget.used += this.#lines
    return this.#add(labels)
  }

  /** Returns the one meter for all labels beyond the bound. */
  #other(labels: Labels): M {
    const other = labels.map(() => 'other')
    return this.#meters.get(keyOf(other))?.[1] ?? this.#add(other)
  }

  #add(labels: Labels): M {
    const meter = this.#make()
    this.#meters.set(keyOf(labels), [labels, meter])
    return meter
  }
}

/** Joins labels by a line break, which none holds: all are words of the gateway or of its configuration. */
function keyOf(labels: Labels): string {
  return labels.join('\n')
}
