import type { Figure, Machine, Results, Table } from '../results.ts'
import { digits, judge } from '../targets.ts'
import { formatMarkdownTable } from './markdown.ts'
import { tabulate } from './tabulate.ts'

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
  return formatMarkdownTable({ titles: ['target', 'wanted', '', 'measured'], rows }, 'left')
}

function formatRuns(runs: Table): string {
  const text = formatMarkdownTable(tabulate(runs))
  return runs.bodyBytes === undefined && runs.unit === undefined ? text : `${runs.title}\n${text}`
}

function formatFigures(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, unit }) => [name, `${digits(value)} ${unit}`])
  return formatMarkdownTable({ titles: ['', ''], rows })
}
