import { findRunIn, isSaturated, type Run, ratio, type Table, typical } from '../results.ts'
import { digits } from '../targets.ts'

export type Grid = { readonly titles: readonly string[]; readonly rows: readonly (readonly string[])[] }

type Column = { readonly title: string; cell(run: Run): string }

/** The runs of a table as text, for the terminal and the page alike. The first column is the name. */
export function tabulate(table: Table): Grid {
  const columns = columnsOf(table)
  return {
    titles: ['', ...columns.map(({ title }) => title)],
    rows: table.runs.map((run) => [nameOf(run), ...columns.map(({ cell }) => cellOf(run, cell))]),
  }
}

function columnsOf(table: Table): Column[] {
  const { unit = 'request', bodyBytes = 0, runs } = table
  const columns: (Column | false)[] = [
    { title: `${unit}s/s`, cell: (run) => count(typical(run, 'requestsPerSecond')) },
    bodyBytes > 0 && {
      title: 'MiB/s',
      cell: (run) => digits((typical(run, 'requestsPerSecond') * bodyBytes) / 2 ** 20),
    },
    { title: 'CPU µs', cell: (run) => blank(typical(run, 'cpuMicros')) },
    { title: 'a core can', cell: capacityCell },
    { title: 'busy', cell: (run) => percent(typical(run, 'busy')) },
    { title: 'p50 ms', cell: (run) => digits(typical(run, 'p50Ms')) },
    { title: 'p99 ms', cell: (run) => digits(typical(run, 'p99Ms')) },
    { title: 'RSS MiB', cell: (run) => blank(typical(run, 'residentMiB')) },
    runs.some(({ against }) => against !== undefined) && {
      title: 'Scopegate is',
      cell: (run) => againstCell(table, run),
    },
  ]
  return columns.filter((column) => column !== false)
}

function nameOf(run: Run): string {
  if (run.problem === undefined) return run.name
  return run.rounds.length === 0 ? `${run.name}: ${run.problem}` : `${run.name} (then: ${run.problem})`
}

function cellOf(run: Run, cell: Column['cell']): string {
  return run.rounds.length === 0 ? '' : cell(run)
}

/** Said only where it is derived: a saturated subject has shown what a core can. */
function capacityCell(run: Run): string {
  const cpuMicros = typical(run, 'cpuMicros')
  return Number.isNaN(cpuMicros) || isSaturated(run) ? '' : count(1e6 / cpuMicros)
}

function againstCell(table: Table, run: Run): string {
  const ours = findRunIn(table, run.against ?? '')
  if (ours === undefined || ours.rounds.length === 0) return ''
  return `${digits(ratio(ours, run).value)} ×`
}

export function count(value: number): string {
  return Number.isNaN(value) ? '–' : Math.round(value).toLocaleString('en')
}

function percent(value: number): string {
  return Number.isNaN(value) ? '' : `${Math.round(value * 100)} %`
}

function blank(value: number): string {
  return Number.isNaN(value) ? '' : digits(value)
}
