import { type Bench, bearer, placeFor, tokensFile } from '../bench.ts'
import type { StreamResult } from '../load/open-loop.ts'
import { runOpenLoop } from '../load/run-open-loop.ts'
import type { Round, Run } from '../results.ts'
import { messageOf, runRound } from '../rounds.ts'
import { median } from '../statistics.ts'
import { startGateway } from '../subject.ts'
import { usualPath } from '../workload/gateway-config.ts'
import type { Section } from './section.ts'

/** What a request waits at half load, and whether it waits for the tokens of others. */
export const latency: Section = {
  id: 'latency',
  title: 'Latency at half load',
  quick: true,
  seconds: ({ latencyRounds, latencySeconds, warmUpSeconds }) =>
    4 * latencyRounds * (latencySeconds + 2) + warmUpSeconds + 3,
  async run(bench, collect) {
    const { folder, progress, plan } = bench
    const gateway = collect.keep(await startGateway(folder, placeFor(bench, 'ES384')))
    const load = { paths: [usualPath], headers: bearer(bench, 'ES384') }
    const contender = { id: 'gateway', name: 'Scopegate', subject: gateway, load }
    progress.step('latency, warming up')
    await runRound(contender, plan.warmUpSeconds, folder)
    const { requestsPerSecond } = await runRound(contender, 3, folder)
    const pace = Math.round(requestsPerSecond / 2)
    const one = await tokensFile(bench, 'ES384', 1)
    let cold = 1
    /** Why a core cannot verify so many here; the rest is measured all the same. */
    let tooCold: string | undefined
    const direct: Round[] = []
    const through: Round[] = []
    const calm: Round[] = []
    const withCold: Round[] = []
    const measure = async (to: Round[], port: number, perSecond: number, coldPerSecond: number) => {
      const warm = { name: 'warm', perSecond, paths: [usualPath], tokensFile: one }
      const streams = [warm, ...(coldPerSecond === 0 ? [] : [await coldStream(bench, coldPerSecond, cold)])]
      if (coldPerSecond > 0) cold += coldTokens(bench, coldPerSecond)
      const [result, others] = await runOpenLoop({
        port,
        streams,
        warmUpSeconds,
        seconds: plan.latencySeconds,
      })
      requireAnswers(result)
      if (others !== undefined) requireAnswers(others)
      to.push({
        requestsPerSecond: perSecond,
        p50Ms: result?.p50Ms ?? Number.NaN,
        p99Ms: result?.p99Ms ?? Number.NaN,
      })
    }
    for (let round = 0; round < plan.latencyRounds; round += 1) {
      progress.step(`latency at ${pace} requests/s, round ${round + 1} of ${plan.latencyRounds}`)
      await measure(direct, bench.upstreamPort, pace, 0)
      await measure(through, gateway.port, pace, 0)
      if (tooCold !== undefined) continue
      progress.step(`latency with ${coldPace} cold tokens/s, round ${round + 1} of ${plan.latencyRounds}`)
      await measure(calm, gateway.port, Math.round(pace / 2), 0)
      tooCold = await measure(withCold, gateway.port, Math.round(pace / 2), coldPace).then(
        () => undefined,
        messageOf,
      )
    }
    if (tooCold !== undefined) collect.problem(`with ${coldPace} new tokens/s ${tooCold}`)
    const runs: Run[] = [
      { id: 'direct', name: 'upstream directly, half load', rounds: direct },
      { id: 'through', name: 'through Scopegate, half load', rounds: through },
      { id: 'calm', name: 'through Scopegate, quarter load', rounds: calm },
      { id: 'cold', name: `the same while ${coldPace} new tokens/s arrive`, rounds: withCold },
    ]
    collect.table({ id: 'latency', title: latency.title, runs })
    collect.figure({
      id: 'added-p50',
      name: 'added at half load, p50',
      value: added(direct, through, 'p50Ms'),
      unit: 'ms',
    })
    collect.figure({
      id: 'added-p99',
      name: 'added at half load, p99',
      value: added(direct, through, 'p99Ms'),
      unit: 'ms',
    })
    collect.figure({
      id: 'cold-added-p99',
      name: 'added to warm requests by cold tokens, p99',
      value: added(calm, withCold, 'p99Ms'),
      unit: 'ms',
    })
  },
}

/** Of the load itself: it is compiled while it runs. */
const warmUpSeconds = 1.5
export const coldPace = 500

function coldTokens({ plan }: Bench, perSecond: number): number {
  return Math.ceil(perSecond * (plan.latencySeconds + warmUpSeconds) * 1.1)
}

async function coldStream(bench: Bench, perSecond: number, skip: number) {
  const file = await tokensFile(bench, 'ES384', coldTokens(bench, perSecond), skip)
  return { name: 'cold', perSecond, paths: [usualPath], tokensFile: file }
}

/** A latency of refusals or of half of the requests would be none. */
function requireAnswers(result: StreamResult | undefined): void {
  const answered = result?.statuses['200'] ?? 0
  if (result === undefined || answered < result.sent * 0.999) {
    throw new Error(
      `of ${result?.sent} requests only ${answered} were answered 200: ${JSON.stringify(result?.statuses)}`,
    )
  }
}

/** Round by round; the second of a pair was measured right after the first. */
function added(before: readonly Round[], after: readonly Round[], key: 'p50Ms' | 'p99Ms'): number {
  return median(after.map((round, i) => round[key] - (before[i]?.[key] ?? Number.NaN)))
}
