import {
  costRatio,
  findFigure,
  findRun,
  findTable,
  type Results,
  type Round,
  type Run,
  ratio,
  roundsOf,
} from '../results.ts'

/** Figures by where they come from, round by round; none of what was not measured. */
export type Reader = {
  figure(id: string): readonly number[]
  run(table: string, id: string, key: keyof Round): readonly number[]
  /** How many times the CPU time of `base` a request takes. */
  cost(table: string, id: string, base: string): readonly number[]
  /** How many times as much `ours` serves as `theirs`. */
  ratio(table: string, ours: string, theirs: string): readonly number[]
}

export function createReader(results: Results): Reader {
  const both = (
    table: string,
    ids: readonly [string, string],
    of: (one: Run, other: Run) => readonly number[],
  ) => {
    const runs = findTable(results, table)?.runs ?? []
    const [one, other] = [findRun(runs, ids[0]), findRun(runs, ids[1])]
    return one === undefined || other === undefined ? [] : of(one, other)
  }
  return {
    figure(id) {
      const figure = findFigure(results, id)
      return figure === undefined ? [] : (figure.rounds ?? [figure.value])
    },
    run: (table, id, key) => both(table, [id, id], (run) => roundsOf(run, key)),
    cost: (table, id, base) => both(table, [id, base], costRatio),
    ratio: (table, ours, theirs) => both(table, [ours, theirs], (one, other) => ratio(one, other).rounds),
  }
}
