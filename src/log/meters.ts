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

/** What was counted, in a form that can be sent to another process. */
export type Counted = {
  readonly counters: readonly (readonly [CounterName, Labels, number])[]
  readonly histograms: readonly (readonly [HistogramName, Labels, HistogramCounts])[]
}

/** What is so at the moment. */
export type Gauges = readonly (readonly [GaugeName, Labels, number])[]

/** One process, since it was last asked and now. */
export type Measured = { readonly counted: Counted; readonly gauges: Gauges }

/** The counters and histograms of every family. */
export class Meters {
  readonly #budget: Budget
  readonly #counters = new Map<CounterName, MetersOfFamily<Counter>>()
  readonly #histograms = new Map<HistogramName, MetersOfFamily<Histogram>>()

  /** `series`: `metrics.series`. */
  constructor(series: number) {
    this.#budget = { most: series, used: 0 }
    for (const name of counterNames) {
      this.#counters.set(name, new MetersOfFamily(name, this.#budget, 1, () => new Counter()))
    }
    for (const name of histogramNames) {
      const { bounds } = families[name]
      // A line for each bound, one for what is above all of them, the sum and the count.
      const lines = bounds.length + 3
      this.#histograms.set(name, new MetersOfFamily(name, this.#budget, lines, () => new Histogram(bounds)))
    }
  }

  /** After a reload. What there is remains. */
  setSeries(series: number): void {
    this.#budget.most = series
  }

  counter(name: CounterName, ...labels: Labels): Counter {
    return of(this.#counters, name).get(labels)
  }

  histogram(name: HistogramName, ...labels: Labels): Histogram {
    return of(this.#histograms, name).get(labels)
  }

  /** Adds what others have counted. */
  add({ counters, histograms }: Counted): void {
    for (const [name, labels, count] of counters) this.counter(name, ...labels).add(count)
    for (const [name, labels, counts] of histograms) this.histogram(name, ...labels).add(counts)
  }

  /** All that was counted. */
  read(): Counted {
    return this.#map(
      (counter) => counter.value,
      (histogram) => histogram.read(),
    )
  }

  /** What was counted since the last time. */
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

/** How many lines the families that are bounded have together, and how many they may have. */
type Budget = { most: number; used: number }

/** Those of one family, by the values of their labels. Each is made when it is first asked for. */
class MetersOfFamily<M> {
  readonly #name: FamilyName
  readonly #budget: Budget
  readonly #lines: number
  readonly #make: () => M
  readonly #meters = new Map<string, readonly [Labels, M]>()

  /** `lines`: in which one of them is printed. */
  constructor(name: FamilyName, budget: Budget, lines: number, make: () => M) {
    this.#name = name
    this.#budget = budget
    this.#lines = lines
    this.#make = make
    // They are there from the start (see `Counter.take`).
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

  /** Beyond the bound all of them are one. */
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

/** No label holds a line break: all are words of the gateway or of its configuration. */
function keyOf(labels: Labels): string {
  return labels.join('\n')
}
