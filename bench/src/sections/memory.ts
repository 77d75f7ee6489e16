import { type Bench, bearer, placeFor, tokensFile } from '../bench.ts'
import { sendEach } from '../load/send-each.ts'
import { runWrk } from '../load/wrk.ts'
import { accountOf } from '../machine/accounting.ts'
import { startProbedGateway } from '../probed.ts'
import { type Subject, startGateway } from '../subject.ts'
import { usualPath } from '../workload/gateway-config.ts'
import type { Collect, Section } from './section.ts'

/** What a cached token takes, and what a gateway holds that has served many users for a while. */
export const memory: Section = {
  id: 'memory',
  title: 'Memory',
  quick: true,
  seconds: ({ requestsForMemory, cachedTokens, memoryTokens }) =>
    requestsForMemory / 10_000 + (cachedTokens + memoryTokens) / 2000 + 8,
  async run(bench, collect) {
    await perToken(bench, collect)
    await afterMany(bench, collect)
  },
}

async function perToken(bench: Bench, collect: Collect): Promise<void> {
  const { folder, progress, plan } = bench
  const gateway = collect.keep(await startProbedGateway(folder, placeFor(bench, 'ES256')))
  const common = { port: gateway.port, paths: [usualPath], connections: 64, expect: 'success' as const }
  progress.step('memory, before the tokens')
  await runWrk({ ...common, headers: bearer(bench, 'ES256'), seconds: 3 }, folder)
  const before = await gateway.usedBytes('collected')
  const tokens = bench.tokens.sets.ES256.tokens.slice(0, plan.memoryTokens)
  progress.step(`memory, with ${tokens.length.toLocaleString('en')} cached tokens`)
  await sendEach(common, tokens, folder)
  const after = await gateway.usedBytes('collected')
  const value = (after - before) / tokens.length / 1024
  collect.figure({ id: 'kib-per-token', name: 'memory for a cached token of 475 bytes', value, unit: 'KiB' })
  await gateway.stop()
}

async function afterMany(bench: Bench, collect: Collect): Promise<void> {
  const { folder, progress, plan } = bench
  const gateway = collect.keep(await startGateway(folder, placeFor(bench, 'ES256')))
  const resident = () => accountOf(gateway.pids()).residentMiB
  collect.figure({ id: 'resident-start', name: 'RSS after the start', value: resident(), unit: 'MiB' })
  const file = await tokensFile(bench, 'ES256', plan.cachedTokens)
  const sent = await sendMany(bench, gateway, file, (done) =>
    progress.step(`memory, ${done} of ${plan.requestsForMemory} requests sent`),
  )
  const name = `RSS after ${sent.toLocaleString('en')} requests with ${plan.cachedTokens.toLocaleString('en')} tokens`
  collect.figure({ id: 'resident-end', name, value: resident(), unit: 'MiB' })
}

async function sendMany(
  { folder, plan }: Bench,
  gateway: Subject,
  file: string,
  say: (done: number) => void,
): Promise<number> {
  const load = {
    port: gateway.port,
    paths: [usualPath],
    tokensFile: file,
    connections: 64,
    expect: 'success' as const,
  }
  let sent = 0
  for (let rate = 10_000; sent < plan.requestsForMemory; ) {
    say(sent)
    const seconds = Math.min(10, Math.ceil((plan.requestsForMemory - sent) / rate))
    const { requests, seconds: took } = await runWrk({ ...load, seconds }, folder)
    sent += requests
    rate = requests / took
  }
  return sent
}
