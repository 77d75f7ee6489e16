import type { Plan } from '../plan.ts'
import type { Figure, Results, SectionResult, Table } from '../results.ts'
import { allSections } from '../sections/all.ts'
import { digits, judge, type Verdict } from '../targets.ts'
import { formatCarries } from './carries.ts'
import { formatMarkdownTable } from './markdown.ts'
import { drawPlots } from './plots.ts'
import { createReader } from './reader.ts'
import { notMeasured, statements } from './statements.ts'
import type { StoredSection } from './store.ts'
import { tabulate } from './tabulate.ts'
import { describe } from './text.ts'

/** What the page says between its markers, by their names; undefined for a name that there is not. */
export function createParts(stored: readonly StoredSection[]): (name: string) => string | undefined {
  const results = asOneRun(stored)
  const reader = createReader(results)
  return (name) => {
    const statement = statements[name]
    if (statement !== undefined) return statement(reader)
    if (name === 'machine') return machines(stored)
    if (name === 'targets') return formatVerdicts(judge(results))
    if (name === 'missed') return missed(judge(results))
    if (name === 'absent') return formatAbsent(results)
    if (name === 'plots') return formatPlots(results)
    if (name === 'carries') return formatCarries(reader)
    if (!allSections.some(({ id }) => id === name)) return undefined
    const one = stored.find(({ section }) => section.id === name)
    return one === undefined ? `Not measured yet: \`npm run bench -- --only ${name}\`.` : formatSection(one)
  }
}

/** As if all sections came from one run: what judges and draws looks no further. */
export function asOneRun(stored: readonly StoredSection[]): Results {
  const byId = new Map(stored.flatMap(({ absent }) => absent.map((peer) => [peer.id, peer] as const)))
  const unknown = { cpu: 'no machine', cores: 0, kernel: '–', node: '–', memoryGiB: 0 }
  return {
    startedAt: stored[0]?.section.measuredAt ?? '',
    seconds: 0,
    quick: false,
    machine: stored[0]?.machine ?? unknown,
    sections: stored.map(({ section }) => section),
    absent: [...byId.values()],
  }
}

function machines(stored: readonly StoredSection[]): string {
  if (stored.length === 0) return notMeasured
  const days = stored.map(({ section }) => section.measuredAt.slice(0, 10)).sort()
  const [first, last] = [days[0], days.at(-1)]
  const names = [...new Set(stored.map(({ machine }) => describe(machine)))]
  return `${names.join('; ')}; measured ${first === last ? `on ${first}` : `from ${first} to ${last}`}`
}

const order = ['missed', 'not measured', 'met'] as const

/** What was not kept stands first. */
function formatVerdicts(verdicts: readonly Verdict[]): string {
  const sorted = order.flatMap((state) => verdicts.filter((verdict) => verdict.state === state))
  const rows = sorted.map(({ what, wanted, state, measured }) => [
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
  if (absent.length === 0) return 'All of them could be had.'
  return absent.map(({ name, why }) => `- **${name}** could not be had: ${why}.`).join('\n')
}

function formatPlots(results: Results): string {
  const plots = drawPlots(results)
  return plots.length === 0
    ? 'Nothing was measured yet.'
    : plots.map(({ file, alt }) => `![${alt}](${file})`).join('\n\n')
}

function formatSection({ section, machine, plan }: StoredSection): string {
  const { tables, figures, problems, measuredAt } = section
  const parts = [
    ...tables.flatMap((table) => [
      `**${table.title}**`,
      formatMarkdownTable(tabulate(table)),
      explain(table),
    ]),
    figures.length === 0 ? '' : formatFigures(figures),
    problems.map((problem) => `- Not measured: ${problem}`).join('\n'),
    `*${measuredAt.slice(0, 10)}, Node ${machine.node}, ${machine.cpu}; ${roundsOf(section, plan)}*`,
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

/** What each does for a request: they are not all asked for the same. */
function explain({ runs }: Table): string {
  const doers = new Map<string, string[]>()
  for (const { name, does, rounds } of runs) {
    if (does !== undefined && rounds.length > 0) doers.set(does, [...(doers.get(does) ?? []), name])
  }
  return [...doers].map(([does, names]) => `- ${names.join('; ')}: ${does}`).join('\n')
}

function formatFigures(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, unit }) => [name, `${digits(value)} ${unit}`.trim()])
  return formatMarkdownTable({ titles: ['', ''], rows })
}

function roundsOf({ tables, id }: SectionResult, plan: Plan): string {
  const rounds = tables.flatMap(({ runs }) => runs.map((run) => run.rounds.length))
  if (rounds.length === 0) return id === 'start' ? `${plan.starts} starts` : 'one run'
  return `median of ${Math.max(...rounds)} rounds`
}
