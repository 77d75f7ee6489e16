import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Bench, gatewayOf } from '../environment.ts'
import type { StreamResult } from '../load/measured.ts'
import { runOpenLoop } from '../load/run.ts'
import { accountOf } from '../machine/accounting.ts'
import { using } from '../machine/subject.ts'
import { warmUp } from '../rounds.ts'
import { median } from '../statistics.ts'
import { createOpaqueTokens } from '../workload/opaque-tokens.ts'
import { startTenant, type Tenant } from '../workload/tenant.ts'
import { tenantConfig, tenantPath } from '../workload/tenant-config.ts'
import type { Collect, Section } from './section.ts'

/** Thousands of opaque tokens that nobody has seen before: the issuer is asked about a few at a time. */
export const opaqueFlood: Section = {
  id: 'opaque-flood',
  title: 'A flood of opaque tokens',
  quick: false,
  async run(bench, collect) {
    const tenant = await startTenant(bench.issuers.ES384, answerMs)
    const taken: Taken[] = []
    try {
      for (let round = 1; round <= bench.plan.latencyRounds; round += 1) {
        bench.progress.step(`a flood of opaque tokens, round ${round} of ${bench.plan.latencyRounds}`)
        taken.push(await measureRound(bench, tenant))
      }
    } finally {
      tenant.close()
    }
    report(collect, taken)
  },
}

/** Eight calls at a time are then 400 a second, as a Logto on a core of its own answers. */
const answerMs = 20
const warmPerSecond = 500
const opaquePerSecond = 5000
const seconds = 2
const warmUpSeconds = 1

type Taken = {
  readonly calm: StreamResult
  readonly warm: StreamResult
  readonly asked: StreamResult
  readonly mostCalls: number
  readonly residentMiB: readonly [before: number, after: number]
}

/** The same pace of warm requests without the flood and with it, in one process. */
async function measureRound(bench: Bench, tenant: Tenant): Promise<Taken> {
  const start = { config: tenantConfig(tenant, { opaque: 'exchange' }) }
  return using(gatewayOf(bench, 'ES384', start), async (gateway) => {
    const { port, pid } = gateway
    const headers = { Authorization: `Bearer ${tenant.jwt.here}` }
    const load = { paths: [tenantPath('here')], headers }
    await warmUp(gateway, load, bench.plan.warmUpSeconds, bench.folder)
    const warmStream = await streamOf(bench, 'warm', warmPerSecond, [tenant.jwt.here])
    const [calm] = await runOpenLoop({ port, streams: [warmStream], warmUpSeconds, seconds })
    const before = accountOf(pid).residentMiB
    tenant.countAnew()
    const tokens = createOpaqueTokens(opaquePerSecond * (seconds + warmUpSeconds + 1))
    const streams = [warmStream, await streamOf(bench, 'opaque', opaquePerSecond, tokens)]
    const [warm, asked] = await runOpenLoop({ port, streams, warmUpSeconds, seconds })
    if (calm === undefined || warm === undefined || asked === undefined)
      throw new Error('the load gave no result')
    requireAnswers(asked)
    const residentMiB = [before, accountOf(pid).residentMiB] as const
    return { calm, warm, asked, mostCalls: tenant.mostCalls(), residentMiB }
  })
}

/** A thousand wait at the end. More without an answer say that load or gateway were not given their core. */
function requireAnswers({ sent, statuses }: StreamResult): void {
  const unanswered = statuses['unanswered'] ?? 0
  if (unanswered > sent / 5)
    throw new Error(`the machine is too busy: of ${sent} opaque tokens ${unanswered} were not answered`)
}

async function streamOf(bench: Bench, name: string, perSecond: number, tokens: readonly string[]) {
  const tokensFile = join(bench.folder, `tokens-${name}`)
  await writeFile(tokensFile, tokens.join('\n'))
  return { name, perSecond, paths: [tenantPath('here')], tokensFile }
}

function report(collect: Collect, taken: readonly Taken[]): void {
  const figure = (id: string, name: string, unit: string, rounds: readonly number[]) =>
    collect.figure({ id: `opaque-flood-${id}`, name, value: median(rounds), unit, rounds })
  const share = (status: string, of: (round: Taken) => StreamResult) =>
    taken.map((round) => ((of(round).statuses[status] ?? 0) / of(round).sent) * 100)
  const asked = ({ asked: result }: Taken) => result
  const warm = ({ warm: result }: Taken) => result
  figure('503', 'opaque tokens answered 503', '%', share('503', asked))
  figure('200', 'opaque tokens exchanged and answered 200', '%', share('200', asked))
  figure('warm', 'warm requests answered 200 meanwhile', '%', share('200', warm))
  figure(
    'calm-ms',
    'p99 of warm requests without the flood',
    'ms',
    taken.map(({ calm }) => calm.p99Ms),
  )
  figure(
    'warm-ms',
    'with it',
    'ms',
    taken.map(({ warm: { p99Ms } }) => p99Ms),
  )
  figure(
    'p99',
    'p99 with it against without',
    '×',
    taken.map((round) => round.warm.p99Ms / round.calm.p99Ms),
  )
  figure(
    'grown',
    'RSS grown by it',
    'MiB',
    taken.map(({ residentMiB: [before, after] }) => after - before),
  )
  const most = Math.max(...taken.map(({ mostCalls }) => mostCalls))
  collect.figure({
    id: 'opaque-flood-calls',
    name: 'calls out at the same time, at most',
    value: most,
    unit: '',
  })
}
