import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Provider } from 'oidc-provider'
import { close, listen } from '../stand-in/listen.ts'
import { addManagementApi, exampleData, type LogtoData } from './data.ts'
import { createManagementApi, type ManagementApi } from './management/management-api.ts'
import { createKeyRing, type KeyAlgorithm } from './oidc/key-ring.ts'
import { loadProvider } from './oidc/load-provider.ts'
import { createProvider } from './oidc/provider.ts'
import { createStore } from './oidc/store.ts'
import { acceptJson } from './read-body.ts'
import { signInPage } from './sign-in/sign-in-page.ts'
import { createWebhooks, type Webhooks } from './webhooks/webhooks.ts'

/**
 * A running stand-in for Logto, for the demo and the tests only: it keeps everything in memory, passwords
 * too.
 */
export type StandInLogto = {
  readonly issuer: string
  readonly origin: string
  readonly port: number
  readonly data: LogtoData
  readonly faults: Faults
  /** Requests to each path so far, those that met a fault included. */
  readonly calls: Record<string, number>
  /** The most requests that were under way at the same time, to each path. */
  readonly busiest: Record<string, number>
  readonly management: ManagementApi
  readonly webhooks: Webhooks
  /** Makes a new key, which signs at once. The key before the last one is gone. */
  rotateKeys(algorithm?: KeyAlgorithm): Promise<void>
  setDefaultApi(on: boolean): void
  /** Signs exactly these claims with the current key, for tokens that Logto would never issue. */
  mint(claims: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>): Promise<string>
  /** Refuses connections from now on, and cuts open ones. */
  stop(): Promise<void>
  /** Listens again on the same port. */
  start(): Promise<void>
  close(): Promise<void>
}

export type StandInOptions = {
  /** Default: 0, any free port. */
  readonly port?: number
  /** Default: 127.0.0.1 */
  readonly host?: string
  /**
   * Origin of the issuer, where clients know the listener by another one, for example `http://logto:3001`.
   */
  readonly issuerOrigin?: string
  /** Default: `exampleData()`. */
  readonly data?: LogtoData
}

/** Trouble that requests from now on meet. */
export type Faults = {
  /** Only those to this path meet it, such as `/oidc/token/introspection`. Default: all */
  path?: string
  /** Milliseconds to wait before each response. */
  delayMs?: number
  /** Every response has this status. */
  status?: number
  /** Seconds in `Retry-After`, for use with `status`. */
  retryAfter?: number
  /** This text, which need not be JSON, is served instead of the key set. */
  jwks?: string
  /** Every response is this text, of the type `contentType` (default: JSON). */
  body?: string
  contentType?: string
  /** Every response redirects there, with 307. */
  location?: string
  /** Every response is a body without end. */
  endless?: boolean
}

/** Rejects with `EADDRINUSE` when the port is taken. */
export async function startStandInLogto(options: StandInOptions = {}): Promise<StandInLogto> {
  const { port = 0, host = '127.0.0.1', data = exampleData() } = options
  const defaultApi = data.defaultApi ?? data.resources[0]?.indicator
  addManagementApi(data)
  const oidc = await loadProvider()
  const keyRing = await createKeyRing()
  const faults: Faults = {}
  const traffic = createTraffic()
  const server = createServer()
  const bound = await listen(server, port, host)
  const origin = options.issuerOrigin ?? `http://${host}:${bound}`
  const issuer = `${origin}/oidc`
  const cookieKey = randomBytes(32).toString('hex')
  const build = () => createProvider({ oidc, issuer, data, keyRing, store, cookieKey })
  const store = createStore(data, oidc.errors)
  let provider = build()
  const webhooks = createWebhooks(data)
  const management = createManagementApi({ data, keyRing, issuer, webhooks })
  server.on('request', (req, res) => {
    traffic.count(req, res)
    respond({ provider, data, faults, management, webhooks, req, res }).catch(() => res.destroy())
  })
  return {
    issuer,
    origin,
    port: bound,
    data,
    faults,
    calls: traffic.calls,
    busiest: traffic.busiest,
    management,
    webhooks,
    rotateKeys: async (algorithm) => {
      await keyRing.rotate(algorithm)
      provider = build()
    },
    setDefaultApi: (on) => {
      data.defaultApi = on ? defaultApi : undefined
    },
    mint: (claims, header) => keyRing.sign(claims, header),
    stop: () => close(server),
    start: async () => void (await listen(server, bound, host)),
    close: () => close(server),
  }
}

function createTraffic() {
  const calls: Record<string, number> = {}
  const busiest: Record<string, number> = {}
  const underWay: Record<string, number> = {}
  return {
    calls,
    busiest,
    count({ url = '/' }: IncomingMessage, res: ServerResponse) {
      const [path = '/'] = url.split('?')
      calls[path] = (calls[path] ?? 0) + 1
      const now = (underWay[path] ?? 0) + 1
      underWay[path] = now
      busiest[path] = Math.max(busiest[path] ?? 0, now)
      res.once('close', () => {
        underWay[path] = (underWay[path] ?? 1) - 1
      })
    },
  }
}

type Exchange = {
  readonly provider: Provider
  readonly data: LogtoData
  readonly faults: Faults
  readonly management: ManagementApi
  readonly webhooks: Webhooks
  readonly req: IncomingMessage & { originalUrl?: string }
  readonly res: ServerResponse
}

async function respond(exchange: Exchange): Promise<void> {
  const { provider, faults, management, req, res } = exchange
  const url = req.url ?? '/'
  const isFaulty = faults.path === undefined || url === faults.path
  if (isFaulty && faults.delayMs !== undefined) await wait(faults.delayMs)
  if (isFaulty && fail(faults, url, res)) return
  if (url.startsWith('/api/')) return management.respond(req, res)
  if (url.startsWith('/sign-in/')) return signInPage(exchange, req, res)
  if (!url.startsWith('/oidc/')) return sendText(res, 404, 'Not Found')
  if (/^\/oidc\/token(?:\/introspection)?$/.test(url)) await acceptJson(req)
  // The provider compares these two to find the path under which it is mounted.
  req.originalUrl = url
  req.url = url.slice('/oidc'.length)
  await provider.callback()(req, res)
}

function fail(faults: Faults, url: string, res: ServerResponse): boolean {
  const { status, retryAfter, jwks, body, contentType, location, endless } = faults
  if (retryAfter !== undefined) res.setHeader('retry-after', retryAfter)
  if (location !== undefined) res.writeHead(307, { location }).end()
  else if (endless === true) pour(res)
  else if (body !== undefined) sendJson(res, status ?? 200, body, contentType)
  else if (status !== undefined) sendText(res, status, 'fault on demand')
  else if (jwks !== undefined && url === '/oidc/jwks') res.end(jwks)
  else return false
  return true
}

function pour(res: ServerResponse): void {
  res.setHeader('content-type', 'application/json')
  const more = () => {
    while (!res.destroyed && res.write(' '.repeat(65_536)));
    if (!res.destroyed) res.once('drain', more)
  }
  more()
}

function sendJson(res: ServerResponse, status: number, text: string, type = 'application/json'): void {
  res.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' }).end(text)
}

function sendText(res: ServerResponse, status: number, text: string): void {
  res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text)
}
