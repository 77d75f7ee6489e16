import { type Bench, placeFor, tokensFile } from '../bench.ts'
import type { StreamResult } from '../load/open-loop.ts'
import { runOpenLoop } from '../load/run-open-loop.ts'
import { sendEach } from '../load/send-each.ts'
import { accountOf } from '../machine/accounting.ts'
import { type ProbedGateway, startProbedGateway } from '../probed.ts'
import { runRound } from '../rounds.ts'
import { median, slope, sum } from '../statistics.ts'
import { usualPath } from '../workload/gateway-config.ts'
import type { Collect, Section } from './section.ts'

/**
 * Half of what the gateway can serve, for ten minutes, with as many tokens as its cache holds: does anything pile up? Every
 * half minute all clients come anew, and every other time the file is loaded again.
 */
export const soak: Section = {
  id: 'soak',
  title: 'Soak',
  quick: false,
  seconds: ({ soakMinutes, soakWarmUpMinutes }) => 60 * (soakMinutes + soakWarmUpMinutes) + 30,
  async run(bench, collect) {
    const { folder, progress, plan } = bench
    const gateway = collect.keep(await startProbedGateway(folder, placeFor(bench, 'ES256')))
    const file = await tokensFile(bench, 'ES256', plan.cachedTokens)
    const load = { paths: [usualPath], tokensFile: file }
    progress.step('soak, sending every token once')
    const tokens = bench.tokens.sets.ES256.tokens.slice(0, plan.cachedTokens)
    await sendEach({ paths: [usualPath], port: gateway.port, connections: 64 }, tokens, folder)
    progress.step('soak, looking for half load')
    const contender = { id: 'soak', name: 'Scopegate', subject: gateway, load }
    const { requestsPerSecond } = await runRound(contender, 3, folder)
    const pace = Math.round(requestsPerSecond / 2)
    await soakFor(bench, gateway, { ...load, perSecond: pace, minutes: plan.soakWarmUpMinutes }, 'warm-up')
    const watch = watchMemory(gateway)
    const wave = { ...load, perSecond: pace, minutes: plan.soakMinutes }
    const results = await soakFor(bench, gateway, wave, 'measuring').finally(() => watch.stop())
    report(collect, bench, pace, results, watch)
  },
}

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
    if (wave % 2 === 0) process.kill(gateway.pids()[0] ?? 0, 'SIGHUP')
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
    resident.push([seconds(), accountOf(gateway.pids()).residentMiB])
    if (resident.length % 5 !== 0) return
    heap.push([seconds(), (await gateway.usedBytes('least')) / 2 ** 20])
  }
  const timer = setInterval(() => void look().catch(() => {}), sampleEveryMs)
  return { resident, heap, stop: () => clearInterval(timer) }
}

function report(
  collect: Collect,
  { plan }: Bench,
  pace: number,
  results: readonly StreamResult[],
  { resident, heap }: Watch,
): void {
  const sent = sum(results.map((result) => result.sent))
  const answered = sum(results.map(({ statuses }) => statuses['200'] ?? 0))
  const seconds = plan.soakMinutes * 60
  const growth = (points: readonly Point[]) => slope(points) * seconds
  const typical = (points: readonly Point[]) => median(points.map(([, MiB]) => MiB))
  const minute = Math.ceil(60_000 / sampleEveryMs)
  const figures = [
    ['soak-minutes', 'measured after the warm-up', plan.soakMinutes, 'min'],
    ['soak-pace', 'requests a second, half of what it can', pace, '/s'],
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
