import { type Bench, bearer, gatewayOf, tokensFile } from '../environment.ts'
import { sendEach } from '../load/send-each.ts'
import { runWrk } from '../load/wrk.ts'
import { accountOf } from '../machine/accounting.ts'
import { using } from '../machine/subject.ts'
import { usualPath } from '../workload/gateway-config.ts'
import { startProbedGateway } from '../workload/probed-gateway.ts'
import type { Collect, Section } from './section.ts'

/** What a cached token takes, and what a gateway holds that has served many users for a while. */
export const memory: Section = {
  id: 'memory',
  title: 'Memory',
  quick: true,
  async run(bench, collect) {
    await perToken(bench, collect)
    if (!bench.plan.quick) await afterMany(bench, collect)
  },
}

async function perToken(bench: Bench, collect: Collect): Promise<void> {
  const { folder, progress, plan } = bench
  const tokens = await bench.issuers.ES256.tokens(plan.memoryTokens)
  const headers = await bearer(bench, 'ES256')
  await using(startProbedGateway(bench, 'ES256'), async ({ port, usedBytes }) => {
    const load = { port, paths: [usualPath], connections: 64, expect: 'success' as const }
    progress.step('memory, before the tokens')
    await runWrk({ ...load, headers, seconds: 3 }, folder)
    const before = await usedBytes('collected')
    progress.step(`memory, with ${tokens.length.toLocaleString('en')} cached tokens`)
    await sendEach(load, tokens, folder)
    const value = ((await usedBytes('collected')) - before) / tokens.length / 1024
    collect.figure({
      id: 'kib-per-token',
      name: 'memory for a cached token of 475 bytes',
      value,
      unit: 'KiB',
    })
  })
}

const manyRequests = 1_000_000
/** As many as the cache holds. */
const manyTokens = 20_000

async function afterMany(bench: Bench, collect: Collect): Promise<void> {
  const { folder, progress } = bench
  const file = await tokensFile(bench, 'ES256', manyTokens)
  await using(gatewayOf(bench, 'ES256'), async ({ port, pid }) => {
    const load = { port, paths: [usualPath], tokensFile: file, connections: 64, expect: 'success' as const }
    const resident = () => accountOf(pid).residentMiB
    collect.figure({ id: 'resident-start', name: 'RSS after the start', value: resident(), unit: 'MiB' })
    let sent = 0
    while (sent < manyRequests) {
      progress.step(
        `memory, ${sent.toLocaleString('en')} of ${manyRequests.toLocaleString('en')} requests sent`,
      )
      sent += (await runWrk({ ...load, seconds: 10 }, folder)).requests
    }
    const [requests, tokens] = [sent, manyTokens].map((number) => number.toLocaleString('en'))
    const name = `RSS after ${requests} requests with ${tokens} tokens`
    collect.figure({ id: 'resident-end', name, value: resident(), unit: 'MiB' })
  })
}
