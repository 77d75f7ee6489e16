import { digits, findTable, isSaturated, type Results, type Run, typical } from '../results.ts'
import { upstreamId } from '../sections/throughput.ts'
import { type Bar, drawBars } from './bars.ts'
import { count } from './tabulate.ts'

export type Plot = { readonly file: string; readonly alt: string; readonly svg: string }

/** What there are figures for. */
export function drawPlots(results: Results): Plot[] {
  return [peersPlot(results), growthPlot(results)].filter((plot) => plot !== undefined)
}

function peersPlot(results: Results): Plot | undefined {
  const runs = findTable(results, 'throughput')?.runs.filter(measured) ?? []
  const bars = runs
    .map((run): Bar => ({ name: run.name, value: coreCan(run), own: isOwn(run) }))
    .sort((a, b) => b.value - a.value)
  if (bars.length === 0) return undefined
  const title = 'Requests a second on one core'
  const caption = 'GET with a bearer token, small answers; peers that name no algorithm check nothing'
  return { file: 'performance.svg', alt: title, svg: drawBars(bars, { title, caption, format: count }) }
}

function growthPlot(results: Results): Plot | undefined {
  const bars = ['growth', 'connections'].flatMap((id) =>
    (findTable(results, id)?.runs ?? [])
      .filter(measured)
      .filter((run) => id === 'growth' || isOwn(run))
      .map((run): Bar => ({ name: growthName(id, run), value: typical(run, 'cpuMicros'), own: true })),
  )
  if (bars.length === 0) return undefined
  const title = 'CPU time of a request, µs'
  const caption = 'Scopegate, with more routes, cached tokens and connections'
  return {
    file: 'performance-growth.svg',
    alt: title,
    svg: drawBars(bars, { title, caption, format: digits }),
  }
}

function growthName(table: string, { name }: Run): string {
  return table === 'growth' ? name : `${name.replace('Scopegate, ', '')} connections`
}

/** The upstream itself forwards nothing. */
function measured(run: Run): boolean {
  return run.rounds.length > 0 && run.id !== upstreamId
}

function isOwn({ id }: Run): boolean {
  return id.startsWith('scopegate')
}

/** As was served where the core was full, else as its CPU time allows. */
function coreCan(run: Run): number {
  return isSaturated(run) ? typical(run, 'requestsPerSecond') : 1e6 / typical(run, 'cpuMicros')
}
