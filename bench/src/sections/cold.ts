import { gatewayOf, peerOf, tokensFile } from '../environment.ts'
import { type Line, runRounds } from '../rounds.ts'
import { usualPath } from '../workload/gateway-config.ts'
import type { Section } from './section.ts'
import { gatewayId } from './throughput.ts'

const peerIds: ReadonlySet<string> = new Set(['haproxy', 'envoy'])

/**
 * Every request with a token that was never seen before: what a verification costs, and how many one core
 * does.
 */
export const cold: Section = {
  id: 'cold',
  title: 'Requests with a new token, ES384',
  quick: false,
  peers: ({ id }) => peerIds.has(id),
  async run(bench, collect) {
    const { brief, newTokens } = bench.plan
    bench.progress.step(`signing ${newTokens} tokens`)
    const half = newTokens / 2
    const paths = [usualPath]
    // A process of a round has seen the one half when it is asked with the other.
    const seen = { paths, tokensFile: await tokensFile(bench, 'ES384', half) }
    const unseen = { paths, tokensFile: await tokensFile(bench, 'ES384', half, half), newTokens: half }
    const gateway: Line = {
      id: gatewayId('ES384'),
      name: 'Scopegate',
      does: 'verifies each token once; here that is each request',
      warmUp: seen,
      load: unseen,
    }
    // They keep no token, so each of theirs is new whatever came before.
    const peers = bench.peers
      .filter(({ id }) => peerIds.has(id))
      .map((peer) => ({
        start: () => peerOf(bench, peer, 'ES384'),
        lines: [
          { id: `${peer.id}-ES384`, name: peer.name, does: peer.does, against: gateway.id, load: seen },
        ],
      }))
    const contenders = [{ start: () => gatewayOf(bench, 'ES384'), lines: [gateway] }, ...peers]
    const runs = await runRounds(contenders, brief, { ...bench, title: 'new tokens' })
    collect.table({ id: 'cold', title: cold.title, runs })
  },
}
