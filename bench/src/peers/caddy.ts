import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createGoPeer } from './go-peer.ts'
import type { Peer, Place } from './peer.ts'

export const caddy: Peer = createGoPeer(
  {
    id: 'caddy',
    name: 'Caddy 2.11.9',
    does: 'forwards, checks nothing: it has no JWT check of its own; no access log, as by default',
    algorithms: [],
    webSockets: true,
  },
  {
    module: 'github.com/caddyserver/caddy/v2',
    version: 'v2.11.9',
    packagePath: './cmd/caddy',
    async arguments(place) {
      const file = join(place.folder, 'Caddyfile')
      await writeFile(file, caddyfile(place))
      return ['run', '--adapter', 'caddyfile', '--config', file]
    },
  },
)

/** By default it keeps 32 connections to an upstream. */
const caddyfile = ({ port, upstreamPort }: Place) => `
{
  admin off
  auto_https off
  persist_config off
}
http://:${port} {
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:${upstreamPort} {
    transport http {
      keepalive_idle_conns_per_host 128
    }
  }
}
`
