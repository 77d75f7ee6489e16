import { type Bench, bearer, placeFor, tokensFile } from '../bench.ts'
import { sendEach } from '../load/send-each.ts'
import { type Contender, runRounds } from '../rounds.ts'
import { startGateway } from '../subject.ts'
import { routePath } from '../workload/gateway-config.ts'
import type { Collect, Section } from './section.ts'

/** How the cost of a request grows with routes and with tokens that are cached. */
export const growth: Section = {
  id: 'growth',
  title: 'Routes and cached tokens',
  quick: true,
  seconds: ({ rounds, roundSeconds, warmUpSeconds, quick }) =>
    (quick ? 2 : 6) * (rounds * (roundSeconds + 0.3) + warmUpSeconds) + (quick ? 12 : 24),
  async run(bench, collect) {
    const { folder, progress, plan } = bench
    const many = plan.cachedTokens
    const sizes = plan.quick ? quickSizes(many) : fullSizes(many)
    const contenders: Contender[] = []
    for (const [routes, tokens] of sizes) contenders.push(await contender(bench, collect, routes, tokens))
    const runs = await runRounds(contenders, plan, { folder, progress, title: 'growth' })
    collect.table({ id: 'growth', title: growth.title, runs })
  },
}

type Size = readonly [routes: number, tokens: number]
const quickSizes = (many: number): Size[] => [
  [1, 1],
  [10_000, many],
]
const fullSizes = (many: number): Size[] => [
  [1, 1],
  [100, 1],
  [10_000, 1],
  [1, 1000],
  [1, many],
  [10_000, many],
]

export const growthId = (routes: number, tokens: number) => `routes-${routes}-tokens-${tokens}`

/** Requests go to every route and come with every token in turn. */
async function contender(bench: Bench, collect: Collect, routes: number, tokens: number): Promise<Contender> {
  bench.progress.step(`starting Scopegate with ${count(routes, 'route')} and ${count(tokens, 'token')}`)
  const subject = collect.keep(
    await startGateway(bench.folder, placeFor(bench, 'ES256'), { routes: Math.max(routes, 1) }),
  )
  const paths = Array.from({ length: routes > 5 ? routes - 5 : routes }, (_, i) => routePath(i))
  const load = {
    paths,
    ...(tokens === 1
      ? { headers: bearer(bench, 'ES256') }
      : { tokensFile: await tokensFile(bench, 'ES256', tokens) }),
  }
  const whole = {
    id: growthId(routes, tokens),
    name: `${count(routes, 'route')}, ${count(tokens, 'token')}`,
    subject,
    load,
  }
  const known = bench.tokens.sets.ES256.tokens.slice(0, tokens)
  if (tokens > 1) await sendEach({ paths, port: subject.port, connections: 64 }, known, bench.folder)
  return whole
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`
}
