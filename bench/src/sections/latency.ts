import { type Bench, bearer, gatewayOf, tokensFile } from '../environment.ts'
import type { StreamResult } from '../load/measured.ts'
import { runOpenLoop } from '../load/run.ts'
import { using } from '../machine/subject.ts'
import { messageOf } from '../progress.ts'
import type { Round } from '../results.ts'
import { warmUp } from '../rounds.ts'
import { median } from '../statistics.ts'
import { usualPath } from '../workload/gateway-config.ts'
import type { Collect, Section } from './section.ts'

/** What a request waits at half load, and whether it waits for the tokens of others. */
export const latency: Section = {
  id: 'latency',
  title: 'Latency at half load',
  quick: true,
  async run(bench, collect) {
    const { progress, plan } = bench
    const taken: Taken = { direct: [], through: [], calm: [], cold: [], latestMs: [] }
    let pace = 0
    for (let round = 1; round <= plan.latencyRounds; round += 1) {
      progress.step(`latency, round ${round} of ${plan.latencyRounds}, warming up`)
      pace = await measureGateway(bench, taken, pace)
      progress.step(`latency at ${pace} requests/s, round ${round} of ${plan.latencyRounds}, directly`)
      taken.direct.push(await measure(bench, taken, bench.upstream.port, pace))
    }
    report(collect, taken)
  },
}

/** Rounds by what was loaded; at quarter load without others' new tokens and with them. */
type Taken = Record<'direct' | 'through' | 'calm' | 'cold', Round[]> & {
  /** How late a request was sent at the worst. */
  readonly latestMs: number[]
  /** Why a core cannot verify so many here; the rest is measured all the same. */
  tooCold?: string
}

/** In a new process, without a pause in between. Returns half of what it can, or the pace that is given. */
async function measureGateway(bench: Bench, taken: Taken, before: number): Promise<number> {
  const load = { paths: [usualPath], headers: await bearer(bench, 'ES384') }
  return using(gatewayOf(bench, 'ES384'), async (gateway) => {
    const most = await warmUp(gateway, load, bench.plan.warmUpSeconds, bench.folder)
    const pace = before || Math.round(most / 2)
    bench.progress.step(`latency at ${pace} requests/s`)
    taken.through.push(await measure(bench, taken, gateway.port, pace))
    if (bench.plan.quick || taken.tooCold !== undefined) return pace
    const quarter = Math.round(pace / 2)
    taken.calm.push(await measure(bench, taken, gateway.port, quarter))
    bench.progress.step(`latency with ${coldPace} new tokens/s`)
    try {
      taken.cold.push(await measure(bench, taken, gateway.port, quarter, coldPace))
    } catch (error) {
      taken.tooCold = messageOf(error)
    }
    return pace
  })
}

/** Of the load itself: it is compiled while it runs. */
const warmUpSeconds = 2
const coldPace = 500

async function measure(
  bench: Bench,
  taken: Taken,
  port: number,
  perSecond: number,
  coldPerSecond = 0,
): Promise<Round> {
  const seconds = bench.plan.latencySeconds
  const coldTokens = Math.ceil(coldPerSecond * (seconds + warmUpSeconds) * 1.1)
  const stream = (name: string, pace: number, tokens: string) => ({
    ...{ name, perSecond: pace, paths: [usualPath], tokensFile: tokens },
  })
  const streams = [stream('warm', perSecond, await tokensFile(bench, 'ES384', 1))]
  if (coldPerSecond > 0)
    streams.push(stream('cold', coldPerSecond, await tokensFile(bench, 'ES384', coldTokens, 1)))
  const results = await runOpenLoop({ port, streams, warmUpSeconds, seconds })
  for (const result of results) requireAnswers(result)
  taken.latestMs.push(...results.map(({ latestMs }) => latestMs))
  const { p50Ms = Number.NaN, p99Ms = Number.NaN } = results[0] ?? {}
  return { requestsPerSecond: perSecond, p50Ms, p99Ms }
}

/** A latency of refusals or of half of the requests would be none. */
function requireAnswers({ sent, statuses }: StreamResult): void {
  const answered = statuses['200'] ?? 0
  if (answered < sent * 0.999)
    throw new Error(`of ${sent} requests only ${answered} were answered 200: ${JSON.stringify(statuses)}`)
}

function report(collect: Collect, { direct, through, calm, cold, tooCold, latestMs }: Taken): void {
  const runs = [
    { id: 'direct', name: 'upstream directly, half load', rounds: direct },
    { id: 'through', name: 'through Scopegate, half load', rounds: through },
    { id: 'calm', name: 'through Scopegate, quarter load', rounds: calm },
    { id: 'cold', name: `the same while ${coldPace} new tokens/s arrive`, rounds: cold },
  ]
  collect.table({ id: 'latency', title: latency.title, runs: runs.filter(({ rounds }) => rounds.length > 0) })
  const figure = (id: string, name: string, rounds: readonly number[]) =>
    collect.figure({ id, name, value: median(rounds), unit: 'ms', rounds })
  figure('added-p50', 'added at half load, p50', added(direct, through, 'p50Ms'))
  figure('added-p99', 'added at half load, p99', added(direct, through, 'p99Ms'))
  if (cold.length > 0)
    figure('cold-added-p99', 'added to warm requests by new tokens, p99', added(calm, cold, 'p99Ms'))
  if (tooCold !== undefined) collect.problem(`with ${coldPace} new tokens/s ${tooCold}`)
  const name = 'latest that a request was sent after it was due, for lack of CPU for the load'
  collect.figure({ id: 'load-latest', name, value: Math.max(...latestMs), unit: 'ms' })
}

/** Round by round; one of a pair was measured right after the other. */
function added(before: readonly Round[], after: readonly Round[], key: 'p50Ms' | 'p99Ms'): number[] {
  return after.map((round, i) => round[key] - (before[i]?.[key] ?? Number.NaN))
}
