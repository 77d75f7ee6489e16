import type { Bench } from '../environment.ts'
import type { Peer } from '../peers/peer.ts'
import type { Plan } from '../plan.ts'
import type { Figure, Table } from '../results.ts'

/** One part of the benchmark, which stands alone: it starts what it needs, and fails alone. */
export type Section = {
  readonly id: string
  readonly title: string
  /** Whether --quick takes it in. */
  readonly quick: boolean
  /** Whether it holds a peer against the gateway. */
  readonly peers?: (peer: Peer, plan: Plan) => boolean
  run(bench: Bench, collect: Collect): Promise<void>
}

/** Kept as it comes, so that a later fault takes nothing away. */
export type Collect = {
  table(table: Table): void
  figure(figure: Figure): void
  /** What could not be measured, in a sentence. */
  problem(text: string): void
}
