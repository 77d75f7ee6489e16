import { costRatio, findFigure, findRun, type Results, type Round, ratio, typical } from '../results.ts'

/** Figures by where they come from; NaN for what was not measured. */
export type Reader = {
  figure(id: string): number
  /** The median over the rounds. */
  run(table: string, id: string, key: keyof Round): number
  /** How many times the CPU time of `base` a request takes. */
  cost(table: string, id: string, base: string): number
  /** How many times as much `ours` serves as `theirs`. */
  ratio(table: string, ours: string, theirs: string): number
}

export function createReader(results: Results): Reader {
  const measured = (table: string, id: string) => {
    const run = findRun(results, table, id)
    return run === undefined || run.rounds.length === 0 ? undefined : run
  }
  const both = (table: string, one: string, other: string) => {
    const runs = [measured(table, one), measured(table, other)] as const
    return runs[0] === undefined || runs[1] === undefined ? undefined : ([runs[0], runs[1]] as const)
  }
  return {
    figure: (id) => findFigure(results, id)?.value ?? Number.NaN,
    run(table, id, key) {
      const run = measured(table, id)
      return run === undefined ? Number.NaN : typical(run, key)
    },
    cost(table, id, base) {
      const runs = both(table, id, base)
      return runs === undefined ? Number.NaN : costRatio(...runs)
    },
    ratio(table, ours, theirs) {
      const runs = both(table, ours, theirs)
      return runs === undefined ? Number.NaN : ratio(...runs).value
    },
  }
}
