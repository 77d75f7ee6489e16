import {
  digits,
  doubt,
  type Figure,
  type Machine,
  type Results,
  type SectionResult,
  type Table,
} from '../results.ts'
import { allSections } from '../sections/all.ts'
import { judge, type Verdict } from '../targets.ts'
import { formatCarries } from './carries.ts'
import { formatMarkdownTable } from './markdown.ts'
import { drawPlots } from './plots.ts'
import { createReader } from './reader.ts'
import { notMeasured, statements } from './statements.ts'
import type { StoredSection } from './store.ts'
import { isRough, rough, tabulate } from './tabulate.ts'

/** What the page says between its markers, by their names; undefined for a name that there is not. */
export function createParts(stored: readonly StoredSection[]): (name: string) => string | undefined {
  const results = asResults(stored)
  const reader = createReader(results)
  const parts = new Map<string, () => string>([
    ['machine', () => machines(stored)],
    ['targets', () => formatTargets(results)],
    ['missed', () => missed(judge(results))],
    ['absent', () => formatAbsent(results)],
    ['plots', () => formatPlots(results)],
    ['carries', () => formatCarries(reader)],
    ...allSections.map(({ id }) => [id, () => sectionPart(stored, id)] as const),
  ])
  return (name) => statements[name]?.(reader) ?? parts.get(name)?.()
}

function sectionPart(stored: readonly StoredSection[], id: string): string {
  const one = stored.find(({ section }) => section.id === id)
  return one === undefined ? `Not measured yet: \`npm run bench -- --only ${id}\`.` : formatSection(one)
}

/** As if all sections came from one run: what judges and draws looks no further. */
export function asResults(stored: readonly StoredSection[]): Results {
  const byId = new Map(stored.flatMap(({ absent }) => absent.map((peer) => [peer.id, peer] as const)))
  return { sections: stored.map(({ section }) => section), absent: [...byId.values()] }
}

function machines(stored: readonly StoredSection[]): string {
  if (stored.length === 0) return notMeasured
  const days = stored.map(({ section }) => section.measuredAt.slice(0, 10)).sort()
  const [first, last] = [days[0], days.at(-1)]
  const names = [...new Set(stored.map(({ machine }) => describe(machine)))]
  return `${names.join('; ')}; measured ${first === last ? `on ${first}` : `from ${first} to ${last}`}`
}

function describe({ cpu, cores, kernel, node, memoryGiB }: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB, Linux ${kernel}, Node ${node}`
}

const order = ['missed', 'not measured', 'met'] as const

/** What was not kept stands first. */
export function formatTargets(results: Results): string {
  const verdicts = judge(results)
  const rows = order
    .flatMap((state) => verdicts.filter((verdict) => verdict.state === state))
    .map(({ what, wanted, state, measured }) => [
      what,
      wanted,
      state === 'missed' ? '**missed**' : state,
      measured,
    ])
  return formatMarkdownTable({ titles: ['target', 'wanted', 'verdict', 'measured'], rows }, 'left')
}

function missed(verdicts: readonly Verdict[]): string {
  const of = (state: Verdict['state']) => verdicts.filter((verdict) => verdict.state === state).length
  const open = of('not measured') === 0 ? '' : `, ${of('not measured')} not measured`
  return `${of('met')} of ${verdicts.length} are met, ${of('missed')} missed${open}`
}

function formatAbsent({ absent }: Results): string {
  if (absent.length === 0) return 'All others could be had.'
  return absent.map(({ name, why }) => `- **${name}** could not be had: ${why}.`).join('\n')
}

function formatPlots(results: Results): string {
  const plots = drawPlots(results)
  return plots.length === 0
    ? 'Nothing was measured yet.'
    : plots.map(({ file, alt }) => `![${alt}](${file})`).join('\n\n')
}

/** All that a section found, on the page and on the terminal alike. */
export function formatSection({ section, machine }: StoredSection): string {
  const { tables, figures, problems, measuredAt } = section
  const parts = [
    ...tables.map(formatTable),
    figures.length === 0 ? '' : formatFigures(figures),
    problems.map((problem) => `- Not measured: ${problem}`).join('\n'),
    `*${measuredAt.slice(0, 10)}, Node ${machine.node}, ${machine.cpu}; ${roundsOf(section)}*`,
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function formatTable(table: Table): string {
  const grid = tabulate(table)
  const notes = [...(isRough(grid) ? [`- ${rough}`] : []), ...explain(table)].join('\n')
  return [`**${table.title}**`, formatMarkdownTable(grid), notes].filter((part) => part !== '').join('\n\n')
}

/** What each does for a request: they are not all asked for the same. */
function explain({ runs }: Table): string[] {
  const doers = new Map<string, string[]>()
  for (const { name, does, rounds } of runs) {
    if (does !== undefined && rounds.length > 0) doers.set(does, [...(doers.get(does) ?? []), name])
  }
  return [...doers].map(([does, names]) => `- ${names.join('; ')}: ${does}`)
}

function formatFigures(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, unit, rounds }) => [
    name,
    `${digits(value)} ${unit}`.trim() + doubt(rounds),
  ])
  return formatMarkdownTable({ titles: ['', ''], rows })
}

function roundsOf({ tables, figures }: SectionResult): string {
  const counts = [...tables.flatMap(({ runs }) => runs), ...figures].map(({ rounds = [] }) => rounds.length)
  const most = Math.max(0, ...counts)
  return most > 1 ? `median of ${most} rounds` : 'one run'
}
