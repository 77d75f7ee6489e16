import { median } from './statistics.ts'

/** One load of one subject, a few seconds long. */
export type Round = {
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** CPU time of the subject's own processes for each request. Absent when the subject is not what is measured. */
  readonly cpuMicros?: number
  /** Part of the round, 0 to 1 for a core, that the subject was on the CPU. */
  readonly busy?: number
  readonly residentMiB?: number
}

export type Run = {
  readonly id: string
  readonly name: string
  /** What it does for a request. */
  readonly does?: string
  /** Of the run in the same table that it is held against. */
  readonly against?: string
  readonly rounds: readonly Round[]
  /** Why it was given up; the rounds before that stand. */
  readonly problem?: string
}

/** Runs whose rounds were taken in turn: round n of one may be held against round n of another. */
export type Table = {
  readonly id: string
  readonly title: string
  readonly runs: readonly Run[]
  /** What is counted; requests where nothing else is said. */
  readonly unit?: string
  /** Of the body that each carries. */
  readonly bodyBytes?: number
}

export type Figure = {
  readonly id: string
  readonly name: string
  readonly value: number
  readonly unit: string
}

export type SectionResult = {
  readonly id: string
  readonly title: string
  readonly measuredAt: string
  readonly tables: readonly Table[]
  readonly figures: readonly Figure[]
  /** What could not be measured, in sentences. */
  readonly problems: readonly string[]
}

export type Machine = {
  readonly cpu: string
  readonly cores: number
  readonly kernel: string
  readonly node: string
  readonly memoryGiB: number
}

export type Results = {
  readonly startedAt: string
  readonly seconds: number
  readonly quick: boolean
  readonly machine: Machine
  readonly sections: readonly SectionResult[]
  /** Peers that cannot be had here. */
  readonly absent: readonly { readonly id: string; readonly name: string; readonly why: string }[]
}

export function findRun(results: Results, table: string, id: string): Run | undefined {
  const tables = results.sections.flatMap((section) => section.tables)
  const found = tables.find((one) => one.id === table)
  return found && findRunIn(found, id)
}

export function findRunIn({ runs }: Table, id: string): Run | undefined {
  return runs.find((run) => run.id === id)
}

export function findFigure(results: Results, id: string): Figure | undefined {
  return results.sections.flatMap((section) => section.figures).find((figure) => figure.id === id)
}

/** A subject that is busy for so much of the time had nothing left to give. */
const saturated = 0.95

export function isSaturated(run: Run): boolean {
  return median(run.rounds.map(({ busy = 0 }) => busy)) > saturated
}

/** Requests that one core could serve in a second if it did nothing else: derived, where `isSaturated` is false. */
export function capacity({ cpuMicros = Number.NaN }: Round): number {
  return 1e6 / cpuMicros
}

export type Ratio = { readonly value: number; readonly by: 'requests/s' | 'CPU' }

/**
 * How many times as much `ours` serves as `theirs`. Round by round, because a machine that is slow for a while is slow for
 * both; by what was served when both were saturated, else by what a core could serve.
 */
export function ratio(ours: Run, theirs: Run): Ratio {
  const by = isSaturated(ours) && isSaturated(theirs) ? 'requests/s' : 'CPU'
  const figure = (round: Round) => (by === 'CPU' ? capacity(round) : round.requestsPerSecond)
  const pairs = Math.min(ours.rounds.length, theirs.rounds.length)
  const ratios = ours.rounds.slice(0, pairs).map((round, i) => {
    const other = theirs.rounds[i]
    return other === undefined ? Number.NaN : figure(round) / figure(other)
  })
  return { value: median(ratios), by }
}

/** How many times the CPU time that `base` takes for a request `run` takes; round by round, as above. */
export function costRatio(run: Run, base: Run): number {
  const pairs = run.rounds.slice(0, base.rounds.length)
  return median(pairs.map((round, i) => capacity(base.rounds[i] ?? noRound) / capacity(round)))
}

const noRound: Round = { requestsPerSecond: Number.NaN, p50Ms: Number.NaN, p99Ms: Number.NaN }

/** The median over the rounds. */
export function typical(run: Run, key: keyof Round): number {
  return median(run.rounds.flatMap((round) => round[key] ?? []))
}
