import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Provider } from 'oidc-provider'
import { close, listen } from '../stand-in/listen.ts'
import { exampleData, type LogtoData } from './data.ts'
import { createKeyRing, type KeyAlgorithm } from './key-ring.ts'
import { loadProvider } from './load-provider.ts'
import { createProvider } from './provider.ts'
import { acceptJson } from './read-body.ts'
import { signInPage } from './sign-in-page.ts'
import { createStore } from './store.ts'

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

/** Trouble that every request from now on meets. */
export type Faults = {
  /** Milliseconds to wait before each response. */
  delayMs?: number
  /** Every response has this status. */
  status?: number
  /** Seconds in `Retry-After`, for use with `status`. */
  retryAfter?: number
  /** This text, which need not be JSON, is served instead of the key set. */
  jwks?: string
}

/** Rejects with `EADDRINUSE` when the port is taken. */
export async function startStandInLogto(options: StandInOptions = {}): Promise<StandInLogto> {
  const { port = 0, host = '127.0.0.1', data = exampleData() } = options
  const oidc = await loadProvider()
  const keyRing = await createKeyRing()
  const faults: Faults = {}
  const server = createServer()
  const bound = await listen(server, port, host)
  const origin = options.issuerOrigin ?? `http://${host}:${bound}`
  const issuer = `${origin}/oidc`
  const cookieKey = randomBytes(32).toString('hex')
  const build = () => createProvider({ oidc, issuer, data, keyRing, store, cookieKey })
  const store = createStore(data, oidc.errors)
  let provider = build()
  server.on('request', (req, res) => {
    respond({ provider, data, faults, req, res }).catch(() => res.destroy())
  })
  const defaultApi = data.defaultApi ?? data.resources[0]?.indicator
  return {
    issuer,
    origin,
    port: bound,
    data,
    faults,
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

type Exchange = {
  readonly provider: Provider
  readonly data: LogtoData
  readonly faults: Faults
  readonly req: IncomingMessage & { originalUrl?: string }
  readonly res: ServerResponse
}

async function respond({ provider, data, faults, req, res }: Exchange): Promise<void> {
  if (faults.delayMs !== undefined) await wait(faults.delayMs)
  const url = req.url ?? '/'
  if (fail(faults, url, res)) return
  if (url.startsWith('/sign-in/')) return signInPage(provider, data, req, res)
  if (!url.startsWith('/oidc/')) return sendText(res, 404, 'Not Found')
  if (/^\/oidc\/token(?:\/introspection)?$/.test(url)) await acceptJson(req)
  // The provider compares these two to find the path under which it is mounted.
  req.originalUrl = url
  req.url = url.slice('/oidc'.length)
  await provider.callback()(req, res)
}

function fail({ status, retryAfter, jwks }: Faults, url: string, res: ServerResponse): boolean {
  if (retryAfter !== undefined) res.setHeader('retry-after', retryAfter)
  if (status !== undefined) sendText(res, status, 'fault on demand')
  else if (jwks !== undefined && url === '/oidc/jwks') res.end(jwks)
  else return false
  return true
}

function sendText(res: ServerResponse, status: number, text: string): void {
  res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text)
}
