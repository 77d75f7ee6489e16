import { type Bench, bearer, gatewayOf, tokensFile } from '../environment.ts'
import { sendEach } from '../load/send-each.ts'
import { type Contender, runRounds } from '../rounds.ts'
import { routePath } from '../workload/gateway-config.ts'
import type { Section } from './section.ts'

/** How the cost of a request grows with routes and with tokens that are cached. */
export const growth: Section = {
  id: 'growth',
  title: 'Routes and cached tokens',
  quick: false,
  async run(bench, collect) {
    const sizes = bench.plan.quick ? quickSizes : fullSizes
    const contenders: Contender[] = []
    for (const [routes, tokens] of sizes) contenders.push(await contender(bench, routes, tokens))
    const runs = await runRounds(contenders, bench.plan, { ...bench, title: 'growth' })
    collect.table({ id: 'growth', title: growth.title, runs })
  },
}

/** As many tokens at the most as the cache holds. */
const cached = 20_000
type Size = readonly [routes: number, tokens: number]
const quickSizes: readonly Size[] = [
  [1, 1],
  [10_000, cached],
]
const fullSizes: readonly Size[] = [
  [1, 1],
  [100, 1],
  [10_000, 1],
  [1, 1000],
  [1, cached],
  [10_000, cached],
]

export const growthId = (routes: number, tokens: number) => `routes-${routes}-tokens-${tokens}`

/** Requests go to every route and come with every token in turn. */
async function contender(bench: Bench, routes: number, tokens: number): Promise<Contender> {
  const paths = Array.from({ length: routes > 5 ? routes - 5 : routes }, (_, i) => routePath(i))
  const known =
    tokens === 1
      ? { headers: await bearer(bench, 'ES256') }
      : { tokensFile: await tokensFile(bench, 'ES256', tokens) }
  return {
    start: () => gatewayOf(bench, 'ES256', { routes }),
    async prepare({ port }) {
      if (tokens === 1) return
      await sendEach({ paths, port, connections: 64 }, await bench.issuers.ES256.tokens(tokens), bench.folder)
    },
    lines: [
      {
        id: growthId(routes, tokens),
        name: `${count(routes, 'route')}, ${count(tokens, 'token')}`,
        load: { paths, ...known },
      },
    ],
  }
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`
}
