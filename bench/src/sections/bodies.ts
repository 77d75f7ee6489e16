import { runRounds } from '../rounds.ts'
import { bytesPath, uploadPath } from '../workload/gateway-config.ts'
import { forwarders } from './forwarders.ts'
import type { Section } from './section.ts'

const peerIds: ReadonlySet<string> = new Set(['undici', 'node-http', 'http-proxy', 'nginx'])
const KiB = 1024
const MiB = 1024 * KiB

const scenarios = [
  { id: 'answers-1KiB', title: 'Answers of 1 KiB', bytes: KiB, load: { paths: [bytesPath(KiB)] } },
  { id: 'answers-1MiB', title: 'Answers of 1 MiB', bytes: MiB, load: { paths: [bytesPath(MiB)] } },
  {
    id: 'uploads-1MiB',
    title: 'Uploads of 1 MiB',
    bytes: MiB,
    load: { paths: [uploadPath], method: 'POST', bodyBytes: MiB },
  },
] as const

/** What a byte costs, in both directions, next to forwarders that check nothing. */
export const bodies: Section = {
  id: 'bodies',
  title: 'Bodies',
  quick: false,
  peers: ({ id }) => peerIds.has(id),
  async run(bench, collect) {
    // Each size in processes of their own, for buffers of one would be in the memory of the next.
    for (const { id, title, bytes, load } of scenarios) {
      const contenders = await forwarders(
        bench,
        (peer) => peerIds.has(peer.id),
        (forwarder, headers) => [{ ...forwarder, load: { ...load, headers } }],
      )
      const runs = await runRounds(contenders, bench.plan.brief, { ...bench, title })
      collect.table({ id, title, runs, bodyBytes: bytes })
    }
  },
}
