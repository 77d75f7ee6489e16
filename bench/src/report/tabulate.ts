import {
  digits,
  findRun,
  isSaturated,
  type Round,
  type Run,
  ratio,
  roundsOf,
  type Table,
  typical,
} from '../results.ts'
import { disagree, median } from '../statistics.ts'

export type Grid = { readonly titles: readonly string[]; readonly rows: readonly (readonly string[])[] }

type Column = { readonly title: string; cell(run: Run): string }

/** Before a figure whose rounds are more than a fifth apart; `rough` says so below the table. */
const about = '~'
export const rough = `${about}: the rounds of the figure are more than a fifth of it apart`

/** The runs of a table as text. The first column is the name. */
export function tabulate(table: Table): Grid {
  const columns = columnsOf(table)
  return {
    titles: ['', ...columns.map(({ title }) => title)],
    rows: table.runs.map((run) => [nameOf(run), ...columns.map(({ cell }) => cellOf(run, cell))]),
  }
}

export function isRough({ rows }: Grid): boolean {
  return rows.some((row) => row.slice(1).some((cell) => cell.startsWith(about)))
}

function columnsOf(table: Table): Column[] {
  const { unit = 'request', bodyBytes = 0, runs } = table
  const column = (title: string, key: keyof Round, format = digits, factor = 1): Column => ({
    title,
    cell: (run) =>
      figureCell(
        roundsOf(run, key).map((value) => value * factor),
        format,
      ),
  })
  const columns: (Column | false)[] = [
    column(`${unit}s/s`, 'requestsPerSecond', count),
    bodyBytes > 0 && column('MiB/s', 'requestsPerSecond', digits, bodyBytes / 2 ** 20),
    column('CPU µs', 'cpuMicros'),
    { title: 'a core can', cell: capacityCell },
    { title: 'busy', cell: (run) => percent(typical(run, 'busy')) },
    column('p50 ms', 'p50Ms'),
    column('p99 ms', 'p99Ms'),
    column('RSS MiB', 'residentMiB'),
    runs.some(({ against }) => against !== undefined) && {
      title: 'Scopegate is',
      cell: (run) => againstCell(table, run),
    },
  ]
  return columns.filter((one) => one !== false)
}

function nameOf(run: Run): string {
  if (run.problem === undefined) return run.name
  return run.rounds.length === 0 ? `${run.name}: ${run.problem}` : `${run.name} (then: ${run.problem})`
}

function cellOf(run: Run, cell: Column['cell']): string {
  return run.rounds.length === 0 ? '' : cell(run)
}

function figureCell(rounds: readonly number[], format: (value: number) => string): string {
  if (rounds.length === 0) return ''
  return `${disagree(rounds) ? about : ''}${format(median(rounds))}`
}

/** Said only where it is derived: a saturated subject has shown what a core can. */
function capacityCell(run: Run): string {
  return isSaturated(run)
    ? ''
    : figureCell(
        roundsOf(run, 'cpuMicros').map((micros) => 1e6 / micros),
        count,
      )
}

function againstCell({ runs }: Table, run: Run): string {
  const ours = findRun(runs, run.against ?? '')
  return ours === undefined || ours.rounds.length === 0
    ? ''
    : figureCell(ratio(ours, run).rounds, (value) => `${digits(value)} ×`)
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en')
}

function percent(value: number): string {
  return Number.isNaN(value) ? '' : `${Math.round(value * 100)} %`
}
