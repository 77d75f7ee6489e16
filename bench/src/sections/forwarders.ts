import { type Bench, bearer, placeFor } from '../bench.ts'
import type { Peer } from '../peers/peer.ts'
import { type Contender, messageOf } from '../rounds.ts'
import { type Subject, startGateway, startPeer } from '../subject.ts'
import type { Collect } from './section.ts'

/** A subject without a load yet. */
export type Forwarder = Pick<Contender, 'id' | 'name' | 'against' | 'subject'> & {
  readonly headers: Readonly<Record<string, string>>
}

/** The gateway, and those of the peers that `wanted` takes. A peer that does not start is named and left out. */
export async function startForwarders(
  bench: Bench,
  collect: Collect,
  wanted: (peer: Peer) => boolean,
): Promise<Forwarder[]> {
  const place = placeFor(bench, 'ES384')
  const headers = bearer(bench, 'ES384')
  bench.progress.step('starting Scopegate')
  const subject = collect.keep(await startGateway(bench.folder, place))
  const forwarders: Forwarder[] = [{ id: 'scopegate', name: 'Scopegate', subject, headers }]
  for (const peer of bench.peers.filter(wanted)) {
    bench.progress.step(`starting ${peer.name}`)
    try {
      forwarders.push(describe(peer, collect.keep(await startPeer(bench.folder, peer, place)), headers))
    } catch (error) {
      collect.problem(`${peer.name}: ${messageOf(error)}`)
    }
  }
  return forwarders
}

function describe({ id, name }: Peer, subject: Subject, headers: Forwarder['headers']): Forwarder {
  return { id, name, against: 'scopegate', subject, headers }
}
