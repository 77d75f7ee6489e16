import { createServer, type Server as HttpServer, type IncomingMessage } from 'node:http'
import type { OwnEndpoint } from '../endpoint/own-endpoint.ts'
import type { CompiledRoute } from '../gateway/compile-route.ts'
import { requirementText } from '../route/requirement-text.ts'
import { isAdminHost } from './admin-host.ts'
import type { Health } from './health.ts'

export type AdminOptions = {
  /** The host in `admin.listen`. Clients may use a name that is written there. */
  readonly listenHost: string
  /** False when nothing but a restart can help. */
  readonly live: () => boolean
  readonly health: () => Health | Promise<Health>
  /** The rules in force; undefined when no process that serves can be asked. */
  readonly routes: () => RouteLine[] | Promise<RouteLine[] | undefined>
  /** Everything that is counted, in the format that `accept` asks for. */
  readonly metrics: (accept: string | undefined) => Promise<MetricsText>
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
 * Serves `/livez`, `/readyz`, `/routes` and `/metrics`, on a listener of its own: never on the public one.
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
      // Nothing here reads a body. The connection is closed, so that none has to be read to its end either.
      if (hasBody(request)) response.shouldKeepAlive = false
      void respond(request, options).then(({ status, type, text }) => {
        const allow = status === 405 ? ['Allow', 'GET, HEAD'] : []
        response.writeHead(status, ['Content-Type', type, 'Cache-Control', 'no-store', ...allow])
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

type AdminResponse = MetricsText & { readonly status: number }

function json(status: number, body: unknown): AdminResponse {
  return { status, type: 'application/json', text: `${JSON.stringify(body, null, 2)}\n` }
}

const otherHost = json(421, {
  error: 'ask by an IP address, by localhost or by the name in admin.listen: other hosts are not answered',
})
const notAllowed = json(405, { error: 'only GET is answered here' })
const noneServes = json(503, { error: 'no worker serves at the moment' })
const notFound = json(404, { error: 'try /livez, /readyz, /routes or /metrics' })

async function respond(request: IncomingMessage, options: AdminOptions): Promise<AdminResponse> {
  if (!isAdminHost(request.headers.host, options.listenHost)) return otherHost
  if (request.method !== 'GET' && request.method !== 'HEAD') return notAllowed
  switch ((request.url ?? '').split('?')[0]) {
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
      return { status: 200, ...(await options.metrics(request.headers.accept)) }
    default:
      return notFound
  }
}
