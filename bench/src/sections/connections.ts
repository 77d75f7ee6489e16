import { runRounds } from '../rounds.ts'
import { usualPath } from '../workload/gateway-config.ts'
import { startForwarders } from './forwarders.ts'
import type { Section } from './section.ts'

const peerIds: ReadonlySet<string> = new Set(['undici', 'nginx'])
const counts = [10, 64, 1000] as const

/** The same requests over few and over many connections. */
export const connections: Section = {
  id: 'connections',
  title: 'Connections',
  quick: false,
  peers: true,
  seconds: ({ brief: { rounds, roundSeconds, warmUpSeconds } }) =>
    9 * rounds * (roundSeconds + 0.2) + 2 * warmUpSeconds + 15,
  async run(bench, collect) {
    const { folder, progress, plan } = bench
    const forwarders = await startForwarders(bench, collect, ({ id }) => peerIds.has(id))
    const contenders = counts.flatMap((count, index) =>
      forwarders.map(({ headers, id, name, against, ...forwarder }) => ({
        ...forwarder,
        id: connectionsId(id, count),
        name: `${name}, ${count.toLocaleString('en')}`,
        ...(against === undefined ? {} : { against: connectionsId(against, count) }),
        ...(index === 0 ? {} : { warmUpSeconds: 1 }),
        load: { paths: [usualPath], headers, connections: count },
      })),
    )
    const runs = await runRounds(contenders, plan.brief, { folder, progress, title: 'connections' })
    collect.table({ id: 'connections', title: 'Requests over 10, 64 and 1,000 connections', runs })
  },
}

export const connectionsId = (id: string, count: number) => `${id}-${count}`
