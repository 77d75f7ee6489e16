import { bearer, placeFor } from '../bench.ts'
import { type Contender, runRounds } from '../rounds.ts'
import { startGateway, startPeer } from '../subject.ts'
import { unknownPath, usualPath } from '../workload/gateway-config.ts'
import type { Section } from './section.ts'

/** What an attacker can make the gateway spend. */
export const refusals: Section = {
  id: 'refusals',
  title: 'Refused requests',
  quick: true,
  peers: true,
  seconds: ({ rounds, roundSeconds, warmUpSeconds }) =>
    4 * rounds * (roundSeconds + 0.1) + 2.5 * warmUpSeconds + 1,
  async run(bench, collect) {
    const { folder, progress, tokens, plan } = bench
    const gateway = collect.keep(await startGateway(folder, placeFor(bench, 'ES384')))
    const bare = bench.peers.find(({ refusesAll }) => refusesAll === true)
    if (bare === undefined) throw new Error('there is no bare Node server to hold it against')
    const refuse = collect.keep(await startPeer(folder, bare, placeFor(bench, 'ES384')))
    const lacking = { Authorization: `Bearer ${tokens.sets.ES384.faulty.lackingScope}` }
    const refused = {
      subject: gateway,
      warmUpSeconds: Math.ceil(plan.warmUpSeconds / 2),
      does: 'refuses, with a problem body and a log line',
    }
    const contenders: Contender[] = [
      {
        id: 'bare',
        name: bare.name,
        does: bare.does,
        subject: refuse,
        load: { paths: [usualPath], expect: 'refusal' },
      },
      {
        id: '401',
        name: 'Scopegate, 401 without a token',
        ...refused,
        load: { paths: [usualPath], expect: 'refusal' },
      },
      {
        id: '403',
        name: 'Scopegate, 403 for a missing scope',
        ...refused,
        load: { paths: [usualPath], headers: lacking, expect: 'refusal' },
      },
      {
        id: '404',
        name: 'Scopegate, 404 for no route',
        ...refused,
        load: { paths: [unknownPath], headers: bearer(bench, 'ES384'), expect: 'refusal' },
      },
    ]
    await requireStatuses(gateway.port, [
      [401, usualPath, {}],
      [403, usualPath, lacking],
      [404, unknownPath, bearer(bench, 'ES384')],
    ])
    const runs = await runRounds(contenders, plan, { folder, progress, title: 'refusals' })
    collect.table({ id: 'refusals', title: refusals.title, runs })
  },
}

type Expected = readonly [status: number, path: string, headers: Readonly<Record<string, string>>]

async function requireStatuses(port: number, expected: readonly Expected[]): Promise<void> {
  for (const [wanted, path, headers] of expected) {
    const { status } = await fetch(`http://127.0.0.1:${port}${path}`, { headers })
    if (status !== wanted) throw new Error(`${path} was answered ${status} and not ${wanted}`)
  }
}
