import { type Bench, bearer, gatewayOf, peerOf } from '../environment.ts'
import type { Peer } from '../peers/peer.ts'
import type { Contender, Line } from '../rounds.ts'

/** A line that is the same for all but its load. */
export type Forwarder = Pick<Line, 'id' | 'name' | 'against'>

/**
 * The gateway and those of the peers that `wanted` takes, each with the same lines; `headers` hold a token.
 */
export async function forwarders(
  bench: Bench,
  wanted: (peer: Peer) => boolean,
  lines: (forwarder: Forwarder, headers: Readonly<Record<string, string>>) => readonly Line[],
): Promise<Contender[]> {
  const headers = await bearer(bench, 'ES384')
  const gateway = {
    start: () => gatewayOf(bench, 'ES384'),
    lines: lines({ id: 'scopegate', name: 'Scopegate' }, headers),
  }
  const others = bench.peers.filter(wanted).map((peer) => ({
    start: () => peerOf(bench, peer, 'ES384'),
    lines: lines({ id: peer.id, name: peer.name, against: 'scopegate' }, headers),
  }))
  return [gateway, ...others]
}
