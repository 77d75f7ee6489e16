import { nodePeers } from './node-peers.ts'
import type { Peer } from './peer.ts'

/** In the order in which they are measured. */
export const peers: readonly Peer[] = [...nodePeers]
