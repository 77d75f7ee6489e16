import { disagree, median } from './statistics.ts'

/** One load of one subject, a few seconds long. */
export type Round = {
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /**
   * CPU time of the subject's own processes for each request. Absent when the subject is not what is
   * measured.
   */
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
  /** Where it is the median of several. */
  readonly rounds?: readonly number[]
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
  readonly sections: readonly SectionResult[]
  /** Peers that cannot be had here. */
  readonly absent: readonly { readonly id: string; readonly name: string; readonly why: string }[]
}

export function findTable({ sections }: Results, id: string): Table | undefined {
  return sections.flatMap(({ tables }) => tables).find((table) => table.id === id)
}

export function findRun(runs: readonly Run[], id: string): Run | undefined {
  return runs.find((run) => run.id === id)
}

export function findFigure({ sections }: Results, id: string): Figure | undefined {
  return sections.flatMap(({ figures }) => figures).find((figure) => figure.id === id)
}

/** A subject that is busy for so much of the time had nothing left to give. */
const saturated = 0.95

export function isSaturated(run: Run): boolean {
  return median(run.rounds.map(({ busy = 0 }) => busy)) > saturated
}

/** Of each round that has the figure. */
export function roundsOf({ rounds }: Run, key: keyof Round): number[] {
  return rounds.flatMap((round) => round[key] ?? [])
}

/** The median over the rounds. */
export function typical(run: Run, key: keyof Round): number {
  return median(roundsOf(run, key))
}

/** Round by round, because a machine that is slow for a while is slow for both. */
export type Ratio = { readonly rounds: readonly number[]; readonly by: 'requests/s' | 'CPU' }

/**
 * How many times as much `ours` serves as `theirs`: did serve when both were saturated, else could by their
 * CPU time.
 */
export function ratio(ours: Run, theirs: Run): Ratio {
  if (!isSaturated(ours) || !isSaturated(theirs)) return { rounds: costRatio(theirs, ours), by: 'CPU' }
  return { rounds: quotients(ours, theirs, 'requestsPerSecond'), by: 'requests/s' }
}

/** How many times the CPU time that `base` takes for a request `run` takes. */
export function costRatio(run: Run, base: Run): number[] {
  return quotients(run, base, 'cpuMicros')
}

/** Microseconds of CPU time that `run` takes for a request more than `base`. */
export function costDifference(run: Run, base: Run): number[] {
  const [costs, others] = [run, base].map((one) => roundsOf(one, 'cpuMicros'))
  return (costs ?? []).map((cost, i) => cost - (others?.[i] ?? Number.NaN))
}

function quotients(one: Run, other: Run, key: keyof Round): number[] {
  const pairs = one.rounds.slice(0, other.rounds.length)
  return pairs.map((round, i) => (round[key] ?? Number.NaN) / (other.rounds[i]?.[key] ?? Number.NaN))
}

/** Three digits that count. */
export function digits(value: number): string {
  if (Number.isNaN(value)) return '–'
  const decimals = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
}

export function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${digits(Math.abs(value))}`
}

/** What stands behind a figure whose rounds disagree; nothing behind others. */
export function doubt(rounds: readonly number[] = []): string {
  if (!disagree(rounds)) return ''
  return `; its rounds disagree: ${digits(Math.min(...rounds))} to ${digits(Math.max(...rounds))}`
}
