import type { Bench } from '../bench.ts'
import { runRounds } from '../rounds.ts'
import { bytesPath, uploadPath } from '../workload/gateway-config.ts'
import { type Forwarder, startForwarders } from './forwarders.ts'
import type { Section } from './section.ts'

const peerIds: ReadonlySet<string> = new Set(['undici', 'node-http', 'http-proxy', 'nginx'])
const KiB = 1024
const MiB = 1024 * KiB

/** What a byte costs, in both directions, beside forwarders that check nothing. */
export const bodies: Section = {
  id: 'bodies',
  title: 'Bodies',
  quick: false,
  peers: true,
  seconds: ({ brief: { rounds, roundSeconds, warmUpSeconds } }) =>
    15 * rounds * (roundSeconds + 0.1) + 4 * (warmUpSeconds + 4) + 8,
  async run(bench, collect) {
    const forwarders = await startForwarders(bench, collect, ({ id }) => peerIds.has(id))
    for (const [index, scenario] of scenarios.entries()) {
      // By the second scenario most is compiled.
      const warmUpSeconds = index === 0 ? bench.plan.brief.warmUpSeconds : 2
      const runs = await loadAll(bench, forwarders, scenario, warmUpSeconds)
      collect.table({ id: scenario.id, title: scenario.title, runs, bodyBytes: scenario.bytes })
    }
  },
}

type Scenario = {
  readonly id: string
  readonly title: string
  readonly bytes: number
  readonly upload?: true
}

const scenarios: readonly Scenario[] = [
  { id: 'answers-1KiB', title: 'Answers of 1 KiB', bytes: KiB },
  { id: 'answers-1MiB', title: 'Answers of 1 MiB', bytes: MiB },
  { id: 'uploads-1MiB', title: 'Uploads of 1 MiB', bytes: MiB, upload: true },
]

function loadAll(
  { folder, progress, plan }: Bench,
  forwarders: readonly Forwarder[],
  { title, bytes, upload }: Scenario,
  warmUpSeconds: number,
) {
  const load = upload
    ? { paths: [uploadPath], method: 'POST' as const, bodyBytes: bytes }
    : { paths: [bytesPath(bytes)] }
  const contenders = forwarders.map(({ headers, ...forwarder }) => ({
    ...forwarder,
    warmUpSeconds,
    load: { ...load, headers },
  }))
  return runRounds(contenders, plan.brief, { folder, progress, title })
}
