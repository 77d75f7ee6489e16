import { digits, doubt, findFigure, findRun, findTable, type Results, ratio, signed } from './results.ts'
import { median } from './statistics.ts'

/** What was promised, and whether the figures keep it. */
export type Verdict = {
  readonly what: string
  readonly wanted: string
  readonly state: 'met' | 'missed' | 'not measured'
  /** The figure, or why there is none. */
  readonly measured: string
}

type Target = { readonly what: string; judge(results: Results): Omit<Verdict, 'what'> }

/** One run of a table against another. */
type Pair = {
  readonly what: string
  readonly table: string
  readonly ours: string
  readonly theirs: string
  readonly atLeast: number
  /** More, and not as much. */
  readonly ahead?: boolean
}

const es384 = 'scopegate-ES384'
const pair = (what: string, ours: string, theirs: string, atLeast: number): Pair => ({
  what,
  table: 'throughput',
  ours,
  theirs,
  atLeast,
})
const ahead = (what: string, theirs: string): Pair => ({
  what,
  table: 'throughput',
  ours: es384,
  theirs,
  atLeast: 1,
  ahead: true,
})
const refusal = (status: string): Pair => ({
  what: `refusing with ${status}, against a bare Node server`,
  table: 'refusals',
  ours: status,
  theirs: 'bare',
  atLeast: 0.7,
})

const pairs: readonly Pair[] = [
  pair('against the bare undici forwarder', es384, 'undici', 1),
  pair('against bare http-proxy', es384, 'http-proxy', 2.3),
  pair('RS256 against HAProxy', 'scopegate-RS256', 'haproxy-RS256', 1.1),
  pair('ES384 against HAProxy', es384, 'haproxy-ES384', 14),
  pair('against nginx that checks nothing', es384, 'nginx', 0.42),
  ahead('ES384 against Envoy as it comes', 'envoy-ES384'),
  ahead('ES384 against Oathkeeper as it comes', 'oathkeeper-ES384'),
  ahead('ES384 against oauth2-proxy as it comes', 'oauth2-proxy-ES384'),
  refusal('401'),
  refusal('403'),
  refusal('404'),
]

const floodOfOpaque = 'opaque-flood'

const targets: readonly Target[] = [
  ...pairs.map(pairTarget),
  figureTarget('p99 added at half load', 'latency', 'added-p99', 1, 'ms'),
  pairTarget({
    what: '10,000 routes and 20,000 cached tokens against 1 and 1',
    table: 'growth',
    ours: 'routes-10000-tokens-20000',
    theirs: 'routes-1-tokens-1',
    atLeast: 0.95,
  }),
  figureTarget('p99 of warm requests: added by 500 cold tokens/s', 'latency', 'cold-added-p99', 1, 'ms'),
  {
    what: 'a flood of cold tokens: 503 beyond a bounded queue',
    judge(results) {
      const [refused, served] = [findFigure(results, 'flood-503'), findFigure(results, 'flood-warm')]
      const wanted = 'some 503, warm ones 200'
      if (refused === undefined || served === undefined) return missing(results, 'flood', wanted)
      const measured = `${digits(refused.value)} % 503, ${digits(served.value)} % of warm ones 200`
      return { wanted, measured, state: refused.value > 0 && served.value > 99 ? 'met' : 'missed' }
    },
  },
  ...(['introspect', 'userinfo', 'exchange'] as const).map((mode) =>
    figureTarget(`a known opaque token (${mode}) against a JWT`, 'opaque', `opaque-${mode}`, 1.15, '×'),
  ),
  figureTarget(
    'p99 of warm requests in a flood of opaque tokens',
    floodOfOpaque,
    `${floodOfOpaque}-p99`,
    1.5,
    '×',
  ),
  {
    what: 'a flood of opaque tokens: bounded calls, 503 beyond a bounded queue',
    judge(results) {
      const [calls, refused] = ['calls', '503'].map((id) => findFigure(results, `${floodOfOpaque}-${id}`))
      const wanted = 'at most 8 calls out, some 503'
      if (calls === undefined || refused === undefined) return missing(results, floodOfOpaque, wanted)
      const measured = `${calls.value} calls out at most, ${digits(refused.value)} % 503`
      return { wanted, measured, state: calls.value <= 8 && refused.value > 0 ? 'met' : 'missed' }
    },
  },
  figureTarget('100,000 cut-offs, for a request', 'revocation', 'revocation-cost', 1, 'µs'),
  figureTarget('100,000 cut-offs, in memory', 'revocation', 'revocation-mib', 16, 'MiB'),
  figureTarget('memory for a cached token', 'memory', 'kib-per-token', 1.5, 'KiB'),
  {
    what: 'RSS after a million requests',
    judge(results) {
      const verdict = judgeFigure(results, 'memory', 'resident-end', 100, 'MiB')
      const name = findFigure(results, 'resident-end')?.name.replace('RSS ', '')
      return name === undefined ? verdict : { ...verdict, measured: `${verdict.measured} ${name}` }
    },
  },
  {
    what: 'memory over a soak of ten minutes',
    judge(results) {
      const wanted = `flat: below +${soakLimitMiB} MiB`
      const [growth, minutes, answered] = ['soak-growth', 'soak-minutes', 'soak-answered'].map(
        (id) => findFigure(results, id)?.value,
      )
      if (growth === undefined || minutes === undefined || answered === undefined)
        return { wanted, state: 'not measured', measured: 'npm run soak takes twelve minutes' }
      const measured = `${signed(growth)} MiB RSS in ${digits(minutes)} min`
      if (minutes < 10) return { wanted, state: 'not measured', measured: `${measured}: too short` }
      const held = growth < soakLimitMiB && answered > 99.9
      return { wanted, measured, state: held ? 'met' : 'missed' }
    },
  },
  figureTarget('start to listening', 'start', 'start', 250, 'ms'),
]

/**
 * What least squares may still see in a process that holds nothing: RSS goes up and down by some MiB with
 * V8's collections. At half load ten minutes are over three million requests, so a byte kept of each would be
 * a miss.
 */
const soakLimitMiB = 2

export function judge(results: Results): Verdict[] {
  return targets.map(({ what, judge: judgeOne }) => ({ what, ...judgeOne(results) }))
}

function pairTarget({ what, table, ours, theirs, atLeast, ahead: mustLead = false }: Pair): Target {
  return {
    what,
    judge(results) {
      const wanted = mustLead ? `over ${atLeast} ×` : `at least ${atLeast} ×`
      const [our, their] = [ours, theirs].map((id) => findRun(findTable(results, table)?.runs ?? [], id))
      const problem = our?.problem ?? their?.problem
      if (problem !== undefined) return { wanted, state: 'not measured', measured: problem }
      if (!our?.rounds.length || !their?.rounds.length) return missing(results, table, wanted, theirs)
      const { rounds, by } = ratio(our, their)
      const value = median(rounds)
      return {
        wanted,
        measured: `${digits(value)} × by ${by}${doubt(rounds)}`,
        state: (mustLead ? value > atLeast : value >= atLeast) ? 'met' : 'missed',
      }
    },
  }
}

function figureTarget(what: string, section: string, id: string, below: number, unit: string): Target {
  return { what, judge: (results) => judgeFigure(results, section, id, below, unit) }
}

function judgeFigure(
  results: Results,
  section: string,
  id: string,
  below: number,
  unit: string,
): Omit<Verdict, 'what'> {
  const wanted = `below ${below} ${unit}`
  const figure = findFigure(results, id)
  if (figure === undefined) return missing(results, section, wanted)
  return {
    wanted,
    measured: `${digits(figure.value)} ${unit}${doubt(figure.rounds)}`,
    state: figure.value < below ? 'met' : 'missed',
  }
}

/** A peer that is not here says why; anything else is known from the section that failed or was left out. */
function missing(results: Results, sectionId: string, wanted: string, peerId = ''): Omit<Verdict, 'what'> {
  const absent = results.absent.find(({ id }) => peerId === id || peerId.startsWith(`${id}-`))
  const section = results.sections.find(({ id }) => id === sectionId)
  const leftOut = section === undefined ? `the section ${sectionId} was left out` : 'left out of this run'
  const measured = absent?.why ?? (section?.problems.join('; ') || leftOut)
  return { wanted, state: 'not measured', measured }
}
