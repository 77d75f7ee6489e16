import { type Bench, tokensFile } from '../environment.ts'
import type { StreamResult } from '../load/measured.ts'
import { runOpenLoop } from '../load/run.ts'
import { sendEach } from '../load/send-each.ts'
import { accountOf } from '../machine/accounting.ts'
import { using } from '../machine/subject.ts'
import { warmUp } from '../rounds.ts'
import { median, slope, sum } from '../statistics.ts'
import { usualPath } from '../workload/gateway-config.ts'
import { type ProbedGateway, startProbedGateway } from '../workload/probed-gateway.ts'
import type { Collect, Section } from './section.ts'

/**
 * Half of what the gateway can serve, for ten minutes, with as many tokens as its cache holds: does anything
 * pile up? Every half minute all clients come anew, and every other time the file is loaded again.
 */
export const soak: Section = {
  id: 'soak',
  title: 'Soak',
  quick: false,
  run: (bench, collect) =>
    using(startProbedGateway(bench, 'ES256'), async (gateway) => {
      const { folder, progress, plan } = bench
      const load = { paths: [usualPath], tokensFile: await tokensFile(bench, 'ES256', cachedTokens) }
      progress.step('soak, sending every token once')
      const tokens = await bench.issuers.ES256.tokens(cachedTokens)
      await sendEach({ paths: [usualPath], port: gateway.port, connections: 64 }, tokens, folder)
      progress.step('soak, looking for half load')
      const perSecond = Math.round((await warmUp(gateway, load, plan.warmUpSeconds, folder)) / 2)
      await soakFor(bench, gateway, { ...load, perSecond, minutes: plan.soakWarmUpMinutes }, 'warm-up')
      const watch = watchMemory(gateway)
      const wave = { ...load, perSecond, minutes: plan.soakMinutes }
      const results = await soakFor(bench, gateway, wave, 'measuring').finally(() => watch.stop())
      report(collect, wave, results, watch)
    }),
}

const cachedTokens = 20_000

type Wave = {
  readonly paths: readonly string[]
  readonly tokensFile: string
  readonly perSecond: number
  readonly minutes: number
}

const waveSeconds = 30
const sampleEveryMs = 2000

async function soakFor(
  { progress }: Bench,
  gateway: ProbedGateway,
  { minutes, ...load }: Wave,
  what: string,
): Promise<StreamResult[]> {
  const results: StreamResult[] = []
  const endMs = performance.now() + minutes * 60_000
  for (let wave = 1; performance.now() < endMs; wave += 1) {
    const secondsLeft = Math.max(1, Math.round((endMs - performance.now()) / 1000))
    progress.step(`soak, ${what} at ${load.perSecond} requests/s, ${secondsLeft} s to go`)
    if (wave % 2 === 0) process.kill(gateway.pid, 'SIGHUP')
    const streams = [{ name: 'soak', ...load }]
    const seconds = Math.min(waveSeconds, secondsLeft)
    results.push(...(await runOpenLoop({ port: gateway.port, streams, warmUpSeconds: 0, seconds })))
  }
  return results
}

type Point = readonly [seconds: number, MiB: number]
type Watch = { readonly resident: Point[]; readonly heap: Point[]; stop(): void }

/** RSS, which is what an operator pays, and the least that V8 had in use, which is what is held. */
function watchMemory(gateway: ProbedGateway): Watch {
  const startedMs = performance.now()
  const seconds = () => (performance.now() - startedMs) / 1000
  const resident: Point[] = []
  const heap: Point[] = []
  const look = async () => {
    resident.push([seconds(), accountOf(gateway.pid).residentMiB])
    if (resident.length % 5 !== 0) return
    heap.push([seconds(), (await gateway.usedBytes('least')) / 2 ** 20])
  }
  const timer = setInterval(() => void look().catch(() => {}), sampleEveryMs)
  return { resident, heap, stop: () => clearInterval(timer) }
}

function report(
  collect: Collect,
  { minutes, perSecond }: Wave,
  results: readonly StreamResult[],
  { resident, heap }: Watch,
): void {
  const sent = sum(results.map((result) => result.sent))
  const answered = sum(results.map(({ statuses }) => statuses['200'] ?? 0))
  const seconds = minutes * 60
  const growth = (points: readonly Point[]) => slope(points) * seconds
  const typical = (points: readonly Point[]) => median(points.map(([, MiB]) => MiB))
  const minute = Math.ceil(60_000 / sampleEveryMs)
  const figures = [
    ['soak-minutes', 'measured after the warm-up', minutes, 'min'],
    ['soak-pace', 'requests a second, half of what it can', perSecond, '/s'],
    ['soak-requests', 'requests sent', sent, ''],
    ['soak-answered', 'of them answered 200', (answered / sent) * 100, '%'],
    ['soak-first', 'RSS in the first minute, median', typical(resident.slice(0, minute)), 'MiB'],
    ['soak-last', 'RSS in the last minute, median', typical(resident.slice(-minute)), 'MiB'],
    ['soak-growth', 'growth of RSS over the time, least squares', growth(resident), 'MiB'],
    ['soak-heap-growth', 'growth of the least heap in use', growth(heap), 'MiB'],
  ] as const
  for (const [id, name, value, unit] of figures) collect.figure({ id, name, value, unit })
  if (answered < sent * 0.999) collect.problem(`of ${sent} requests only ${answered} were answered 200`)
}
