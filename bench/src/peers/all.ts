import { apache } from './apache.ts'
import { caddy } from './caddy.ts'
import { envoy, envoyWithCache } from './envoy.ts'
import { haproxy } from './haproxy.ts'
import { nginx } from './nginx.ts'
import { nodePeers } from './node-peers.ts'
import { oathkeeper } from './oathkeeper.ts'
import { oauth2Proxy } from './oauth2-proxy.ts'
import type { Peer } from './peer.ts'

/** In the order in which they are measured. */
export const peers: readonly Peer[] = [
  ...[...nodePeers, nginx, haproxy, apache, envoy, envoyWithCache],
  ...[oathkeeper, oauth2Proxy, caddy],
]
