import { formatTable } from '../../../src/dev/table.ts'
import {
  type Figure,
  isSaturated,
  type Machine,
  type Results,
  type Run,
  type Table,
  typical,
} from '../results.ts'
import { digits, judge } from '../targets.ts'

/** All that was measured, for a terminal. */
export function formatResults(results: Results): string {
  const parts = results.sections.flatMap(({ title, tables, figures, problems }) => [
    `── ${title}`,
    ...tables.map(formatRuns),
    ...(figures.length === 0 ? [] : [formatFigures(figures)]),
    ...problems.map((problem) => `not measured: ${problem}`),
  ])
  const absent = results.absent.map(({ name, why }) => `not here: ${name}: ${why}`)
  return [describe(results.machine), ...parts, ...absent, '── Targets', formatTargets(results)].join('\n\n')
}

export function describe({ cpu, cores, kernel, node, memoryGiB }: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB, Linux ${kernel}, Node ${node}`
}

export function formatTargets(results: Results): string {
  const rows = judge(results).map(({ what, measured, wanted, state }) => [
    what,
    wanted,
    state === 'missed' ? 'MISSED' : state,
    measured,
  ])
  return table(['target', 'wanted', '', 'measured'], rows)
}

function formatRuns({ runs }: Table): string {
  return table(
    ['', 'requests/s', 'CPU µs', 'a core can', 'busy', 'p50 ms', 'p99 ms', 'RSS MiB'],
    runs.map(rowOf),
  )
}

export function rowOf(run: Run): string[] {
  if (run.rounds.length === 0) return [run.name, run.problem ?? 'not measured', '', '', '', '', '', '']
  const cpuMicros = typical(run, 'cpuMicros')
  const capacity = Number.isNaN(cpuMicros) ? '' : count(1e6 / cpuMicros)
  const busy = typical(run, 'busy')
  return [
    run.problem === undefined ? run.name : `${run.name} (then: ${run.problem})`,
    count(typical(run, 'requestsPerSecond')),
    blank(cpuMicros),
    isSaturated(run) ? '' : capacity,
    Number.isNaN(busy) ? '' : `${Math.round(busy * 100)} %`,
    digits(typical(run, 'p50Ms')),
    digits(typical(run, 'p99Ms')),
    blank(typical(run, 'residentMiB')),
  ]
}

function formatFigures(figures: readonly Figure[]): string {
  return table(
    ['', '', ''],
    figures.map(({ name, value, unit }) => [name, digits(value), unit]),
  ).trimStart()
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return formatTable(
    titles.map((title) => ({ title })),
    rows,
    { width: 120 },
  )
}

export function count(value: number): string {
  return Number.isNaN(value) ? '–' : Math.round(value).toLocaleString('en')
}

function blank(value: number): string {
  return Number.isNaN(value) ? '' : digits(value)
}
