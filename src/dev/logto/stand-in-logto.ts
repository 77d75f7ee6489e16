import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { close, listen } from '../stand-in/listen.ts'
import { addManagementApi, exampleData, type LogtoData } from './data.ts'
import type { Fault, Faults } from './faults.ts'
import { createManagementApi, type ManagementApi } from './management/management-api.ts'
import { createKeyRing, type KeyAlgorithm } from './oidc/key-ring.ts'
import { loadProvider } from './oidc/load-provider.ts'
import { createProvider } from './oidc/provider.ts'
import { createStore } from './oidc/store.ts'
import { respond } from './respond.ts'
import { createExperienceApi } from './sign-in/experience-api.ts'
import { createTraffic } from './traffic.ts'
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
  /** Those to one path, `/oidc/jwks` for example, meet this one too. */
  readonly faultsAt: Record<string, Fault>
  /** Requests to each path so far, those that met a fault included. */
  readonly calls: Record<string, number>
  /** The most requests that were under way at the same time, to each path. */
  readonly busiest: Record<string, number>
  readonly management: ManagementApi
  readonly webhooks: Webhooks
  /**
   * Makes a new key, which signs at once, or when a grace period in seconds is over. The key before the last
   * one is gone.
   */
  rotateKeys(algorithm?: KeyAlgorithm, graceSeconds?: number): Promise<void>
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

/** Rejects with `EADDRINUSE` when the port is taken. */
export async function startStandInLogto(options: StandInOptions = {}): Promise<StandInLogto> {
  const { port = 0, host = '127.0.0.1', data = exampleData() } = options
  const defaultApi = data.defaultApi ?? data.resources[0]?.indicator
  addManagementApi(data)
  const oidc = await loadProvider()
  const keyRing = await createKeyRing()
  const faults: Faults = {}
  const faultsAt: Record<string, Fault> = {}
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
  const rebuild = () => {
    provider = build()
  }
  const rotateKeys = async (algorithm?: KeyAlgorithm, graceSeconds = 0) => {
    if (graceSeconds === 0) await keyRing.rotate(algorithm)
    else await keyRing.announce(algorithm)
    rebuild()
    const promote = () => {
      keyRing.promote()
      rebuild()
    }
    if (graceSeconds > 0) setTimeout(promote, graceSeconds * 1000).unref()
  }
  const keys = { ring: keyRing, rotate: rotateKeys, changed: rebuild }
  const management = createManagementApi({ data, keys, issuer, webhooks })
  const experience = createExperienceApi(data, webhooks)
  server.on('request', (req, res) => {
    traffic.count(req, res)
    respond({ provider, data, faults, faultsAt, management, experience, webhooks, req, res }).catch(() =>
      res.destroy(),
    )
  })
  return {
    issuer,
    origin,
    port: bound,
    data,
    faults,
    faultsAt,
    calls: traffic.calls,
    busiest: traffic.busiest,
    management,
    webhooks,
    rotateKeys,
    setDefaultApi: (on) => {
      data.defaultApi = on ? defaultApi : undefined
    },
    mint: (claims, header) => keyRing.sign(claims, header),
    stop: () => close(server),
    start: async () => void (await listen(server, bound, host)),
    close: () => close(server),
  }
}
