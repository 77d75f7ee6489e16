import { runRounds } from '../rounds.ts'
import { usualPath } from '../workload/gateway-config.ts'
import { forwarders } from './forwarders.ts'
import type { Section } from './section.ts'

const peerIds: ReadonlySet<string> = new Set(['undici', 'nginx'])
const counts = [10, 64, 1000]

/** The same requests over few and over many connections. */
export const connections: Section = {
  id: 'connections',
  title: 'Requests over 10, 64 and 1,000 connections',
  quick: false,
  peers: ({ id }) => peerIds.has(id),
  async run(bench, collect) {
    const contenders = await forwarders(
      bench,
      ({ id }) => peerIds.has(id),
      ({ id, name, against }, headers) =>
        counts.map((count) => ({
          id: connectionsId(id, count),
          name: `${name}, ${count.toLocaleString('en')}`,
          ...(against === undefined ? {} : { against: connectionsId(against, count) }),
          load: { paths: [usualPath], headers, connections: count },
        })),
    )
    const runs = await runRounds(contenders, bench.plan.brief, { ...bench, title: 'connections' })
    collect.table({ id: 'connections', title: connections.title, runs })
  },
}

export const connectionsId = (id: string, count: number) => `${id}-${count}`
