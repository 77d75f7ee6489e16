import { createServer, type Server as HttpServer, type IncomingMessage } from 'node:http'
import type { OwnEndpoint } from '../endpoint/own-endpoint.ts'
import type { CompiledRoute } from '../gateway/compile-route.ts'
import { requirementText } from '../route/requirement-text.ts'
import { isAdminHost } from './admin-host.ts'
import type { Health } from './health.ts'
import { type AdminResponse, json } from './response.ts'
import { listRevocations, type RevocationDesk, respondToRevoke } from './revoke.ts'

export type AdminOptions = {
  /** False when nothing but a restart can help. */
  readonly live: () => boolean
  readonly health: () => Health | Promise<Health>
  /** The rules in force; undefined when no process that serves can be asked. */
  readonly routes: () => RouteLine[] | Promise<RouteLine[] | undefined>
  /** Everything that is counted, in the format that `accept` asks for. */
  readonly metrics: (accept: string | undefined) => Promise<MetricsText>
  readonly revocation: RevocationDesk
}

export type MetricsText = { readonly type: string; readonly text: string }

/** One route, or one own endpoint, as `/routes` shows it. */
export type RouteLine = {
  /** Null for a path that the gateway answers itself. */
  readonly api: string | null
  readonly path: string
  readonly methods: readonly string[]
  readonly requires: string
}

/**
 * Only a few programs on a close network ask here. So these limits are narrow, and no option changes them:
 * nobody can take the gateway's memory or file descriptors through its admin listener.
 */
const limits = {
  /** Further connections are closed unanswered. */
  connections: 64,
  /** A longer request head is 431. */
  headBytes: 8 * 1024,
  /** A request head that takes longer is 408. */
  headMs: 5_000,
  /** A whole request that takes longer is 408. */
  requestMs: 10_000,
  /** Node looks for connections that are too slow this often. */
  lookEveryMs: 1_000,
}

/**
 * Serves `/livez`, `/readyz`, `/routes`, `/metrics`, `/revocations` and `POST /revoke`, on a listener of its
 * own: never on the public one.
 */
export function createAdmin(options: AdminOptions): HttpServer {
  const server = createServer(
    {
      maxHeaderSize: limits.headBytes,
      headersTimeout: limits.headMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: limits.lookEveryMs,
    },
    (request, response) => {
      // The connection is closed, so that no body has to be read to its end.
      if (hasBody(request)) response.shouldKeepAlive = false
      void respond(request, options).then(({ status, type, text, headers }) => {
        response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', ...headers })
        response.end(text)
      })
    },
  )
  server.maxConnections = limits.connections
  return server
}

export function routeLine(route: CompiledRoute): RouteLine {
  return {
    api: route.api,
    path: route.pattern,
    methods: route.methods,
    requires: requirementText(route.requirement),
  }
}

export function endpointLine({ path, methods, requires }: OwnEndpoint): RouteLine {
  return { api: null, path, methods, requires }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

const otherHost = json(421, {
  error: 'ask by an IP address, by localhost or by the name in admin.listen: other hosts are not answered',
})
const twoHosts = json(400, { error: 'the request has several Host fields' })
const onlyGet = json(405, { error: 'only GET is answered here' }, { Allow: 'GET, HEAD' })
const onlyPost = json(405, { error: 'only POST is answered here' }, { Allow: 'POST' })
const noneServes = json(503, { error: 'no worker serves at the moment' })
const notFound = json(404, {
  error: 'try /livez, /readyz, /routes, /metrics, /revocations or POST /revoke',
})

async function respond(request: IncomingMessage, options: AdminOptions): Promise<AdminResponse> {
  const { method, url = '', headers } = request
  if (hostCount(request) > 1) return twoHosts
  if (!isAdminHost(headers.host, options.revocation.listenHost)) return otherHost
  const [path] = url.split('?')
  if (path === '/revoke') return method === 'POST' ? respondToRevoke(request, options.revocation) : onlyPost
  if (method !== 'GET' && method !== 'HEAD') return onlyGet
  switch (path) {
    case '/livez': {
      const live = options.live()
      return json(live ? 200 : 503, { live })
    }
    case '/readyz': {
      const health = await options.health()
      return json(health.ready ? 200 : 503, health)
    }
    case '/routes': {
      const routes = await options.routes()
      return routes === undefined ? noneServes : json(200, { routes })
    }
    case '/metrics':
      return { status: 200, ...(await options.metrics(headers.accept)) }
    case '/revocations':
      return listRevocations(request, options.revocation)
    default:
      return notFound
  }
}

/** Node takes the first of several and says nothing. A proxy in front may have looked at another one. */
function hostCount({ rawHeaders }: IncomingMessage): number {
  return rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host').length
}
