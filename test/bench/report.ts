import { cpus } from 'node:os'
import { formatTable } from '../../src/dev/table.ts'

/** What was measured of one subject: one entry a round. */
export type Throughput = {
  readonly name: string
  readonly requestsPerSecond: readonly number[]
  readonly cpuMicros: readonly number[]
}

export type Target = {
  readonly what: string
  readonly measured: number
  readonly unit: string
  readonly atLeast?: number
  readonly below?: number
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)] ?? Number.NaN
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? upper) + upper) / 2 : upper
}

/** Round by round, because a machine that is slow for a while is slow for both. */
export function medianRatio(ours: Throughput, theirs: Throughput): number {
  return median(
    ours.requestsPerSecond.map((value, round) => value / (theirs.requestsPerSecond[round] ?? Number.NaN)),
  )
}

export function formatThroughput(all: readonly Throughput[]): string {
  const rows = all.map(({ name, requestsPerSecond, cpuMicros }) => {
    const sorted = requestsPerSecond.toSorted((a, b) => a - b)
    const range = `${thousands(sorted[0])} – ${thousands(sorted.at(-1))}`
    const cpu = cpuMicros.length === 0 ? '' : `${median(cpuMicros).toFixed(1)}`
    return [name, thousands(median(requestsPerSecond)), range, cpu]
  })
  const titles = ['', 'requests/s', 'from – to', 'CPU µs a request']
  return formatTable(
    titles.map((title) => ({ title })),
    rows,
    { width: 110 },
  )
}

export function formatTargets(targets: readonly Target[]): string {
  const rows = targets.map((target) => {
    const bound = target.atLeast === undefined ? `below ${target.below}` : `at least ${target.atLeast}`
    const { measured, unit } = target
    return [target.what, `${digits(measured)} ${unit}`, `${bound} ${unit}`, isMet(target) ? 'met' : 'NOT met']
  })
  const titles = ['target', 'measured', 'wanted', '']
  return formatTable(
    titles.map((title) => ({ title })),
    rows,
    { width: 110 },
  )
}

export function isMet({ measured, atLeast = -Infinity, below = Infinity }: Target): boolean {
  return measured >= atLeast && measured < below
}

export function machine(): string {
  const [first] = cpus()
  return `Node ${process.versions.node}, ${cpus().length} × ${first?.model.trim() ?? 'unknown CPU'}`
}

function thousands(value = Number.NaN): string {
  return Math.round(value).toLocaleString('en')
}

function digits(value: number): string {
  return value < 10 ? value.toFixed(2) : value.toFixed(0)
}
