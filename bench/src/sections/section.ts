import type { Bench } from '../bench.ts'
import type { Plan } from '../plan.ts'
import type { Figure, Table } from '../results.ts'
import type { Subject } from '../subject.ts'

/** One part of the benchmark, which stands alone: it starts what it needs, and fails alone. */
export type Section = {
  readonly id: string
  readonly title: string
  /** Whether --quick takes it in. */
  readonly quick: boolean
  /** Whether peers are held against the gateway in it. */
  readonly peers?: boolean
  /** About how long it takes. */
  seconds(plan: Plan): number
  run(bench: Bench, collect: Collect): Promise<void>
}

/** Kept as it comes, so that a later fault takes nothing away. */
export type Collect = {
  /** Ended with the section, however it ends. */
  keep<S extends Subject>(subject: S): S
  table(table: Table): void
  figure(figure: Figure): void
  /** What could not be measured, in a sentence. */
  problem(text: string): void
}
