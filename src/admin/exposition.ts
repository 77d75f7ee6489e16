import type { Exemplar, HistogramCounts } from '../log/histogram.ts'
import type { Counted, Gauges, Labels } from '../log/meters.ts'
import {
  type FamilyName,
  families,
  familyNames,
  type GaugeName,
  type HistogramName,
} from '../log/metric-families.ts'

/**
 * `text` is the format 0.0.4 of Prometheus. `openmetrics` is OpenMetrics 1.0, which also names the slowest
 * request of a histogram.
 */
export type MetricsFormat = 'text' | 'openmetrics'

export const contentTypes: Readonly<Record<MetricsFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

/** Chooses text unless the client asks for OpenMetrics. */
export function chooseFormat(accept = ''): MetricsFormat {
  const ranges = accept.split(',').map((range) => range.trim().toLowerCase())
  const wanted = ranges.some(
    (range) => /^application\/openmetrics-text *(;|$)/.test(range) && !/; *q=0(\.0*)?$/.test(range),
  )
  return wanted ? 'openmetrics' : 'text'
}

/** Prints every family of which something was measured. `gauges` has those of each process. */
export function printMetrics(counted: Counted, gauges: readonly Gauges[], format: MetricsFormat): string {
  const openmetrics = format === 'openmetrics'
  const lines = new Map<FamilyName, string[]>(familyNames.map((name) => [name, []]))
  for (const [name, labels, value] of [...counted.counters, ...putTogether(gauges)])
    lines.get(name)?.push(`${name}${inBraces(pairsOf(name, labels))} ${value}\n`)
  for (const [name, labels, counts] of counted.histograms)
    lines.get(name)?.push(printHistogram(name, pairsOf(name, labels), counts, openmetrics))
  const text = [...lines].map(([name, printed]) => printFamily(name, printed, openmetrics)).join('')
  return openmetrics ? `${text}# EOF\n` : text
}

/** Makes one value of those that the processes have of a gauge. */
function putTogether(gauges: readonly Gauges[]): Gauges {
  const values = new Map<string, [GaugeName, Labels, number]>()
  for (const [name, labels, value] of gauges.flat()) {
    const key = [name, ...labels].join('\n')
    const known = values.get(key)
    if (known === undefined) values.set(key, [name, labels, value])
    else known[2] = combine[families[name].together](known[2], value)
  }
  return [...values.values()]
}

const combine = { sum: (a: number, b: number) => a + b, max: Math.max, min: Math.min }

/** OpenMetrics names a family without the ending of its lines, and 0.0.4 knows nothing of `info`. */
function printFamily(name: FamilyName, lines: readonly string[], openmetrics: boolean): string {
  if (lines.length === 0) return ''
  const { type, help } = families[name]
  const family = openmetrics ? name.replace(/_(total|info)$/, '') : name
  const printedType = type === 'info' && !openmetrics ? 'gauge' : type
  return `# HELP ${family} ${help}\n# TYPE ${family} ${printedType}\n${lines.join('')}`
}

function pairsOf(name: FamilyName, labels: Labels): string[] {
  return families[name].labels.map((label, i) => `${label}="${escaped(labels[i] ?? '')}"`)
}

/** Buckets are cumulative: each counts what the ones before it do. */
function printHistogram(
  name: HistogramName,
  pairs: readonly string[],
  { counts, sum, exemplar }: HistogramCounts,
  openmetrics: boolean,
): string {
  const bounds: readonly number[] = families[name].bounds
  const first = exemplar === undefined ? -1 : bounds.findIndex((bound) => exemplar.seconds <= bound)
  const slowest = first === -1 ? bounds.length : first
  let total = 0
  const buckets = counts.map((count, i) => {
    total += count
    const le = `le="${printBound(bounds[i], openmetrics)}"`
    const example = openmetrics && exemplar !== undefined && i === slowest ? printExemplar(exemplar) : ''
    return `${name}_bucket${inBraces([...pairs, le])} ${total}${example}\n`
  })
  const labels = inBraces(pairs)
  return `${buckets.join('')}${name}_sum${labels} ${sum}\n${name}_count${labels} ${total}\n`
}

function printBound(bound: number | undefined, openmetrics: boolean): string {
  if (bound === undefined) return '+Inf'
  return openmetrics && Number.isInteger(bound) ? `${bound}.0` : `${bound}`
}

function printExemplar({ requestId, seconds, atMs }: Exemplar): string {
  return ` # {request_id="${escaped(requestId)}"} ${seconds} ${atMs / 1000}`
}

function inBraces(pairs: readonly string[]): string {
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`))
}
