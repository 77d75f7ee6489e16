import type { Logger } from '../log/logger.ts'
import type { Meters } from '../log/meters.ts'
import { createOrigin, type Origin, type OriginMeters } from './origin.ts'
import { createConnector } from './undici-client.ts'

/** Where an API's requests go. Origins only: a path in an upstream URL is a configuration error. */
export type UpstreamOptions = {
  /** At least one, e.g. `http://legacy-api:3000`. Several are used in turn, failing ones are passed over for a while. */
  readonly origins: readonly string[]
  /** Connections per origin. Default: 128 */
  readonly connections: number
  /** Requests that may wait for a connection, per origin; beyond it 503 `upstream_busy`. Default: 1000 */
  readonly queue: number
  /** False: each request gets a connection of its own, for upstreams that are not trusted with a shared one. */
  readonly reuse: boolean
  /** PEM texts (already read from their files). */
  readonly tls?: {
    readonly ca?: string
    readonly cert?: string
    readonly key?: string
    readonly servername?: string
  }
}

/** All in milliseconds. Meaning and defaults: docs/configuration.md, `timeouts`. */
export type ExchangeTimeouts = {
  /** TCP and TLS connect to the upstream. Default: 5000 */
  readonly connectMs: number
  /** Until the upstream's response head, from dispatch, queueing included; then 504 `upstream_timeout`. Default: 60000 */
  readonly responseMs: number
  /** No byte of a request or response body. Default: 60000 */
  readonly idleMs: number
  /** No byte on an event stream or WebSocket. Default: 3600000 */
  readonly streamMs: number
}

/** A set of origins: balancing, passive ejection. */
export type Upstream = {
  readonly options: UpstreamOptions
  readonly origins: readonly Origin[]
  /** The origin for the next request of this client, or undefined when every queue is full. */
  pick(client: string): Origin | undefined
  /** Its responses ask for NTLM, Negotiate or Kerberos. Says so in the log, once. */
  reportConnectionAuth(): void
  /** Waits for requests in flight, then closes every connection. Tunnels are not counted here. */
  close(): Promise<void>
}

export type UpstreamLimits = {
  readonly connectMs: number
  readonly responseHeaderBytes: number
}

/** `log` gets one line when an origin's outage begins and one when it ends. */
export function createUpstream(
  options: UpstreamOptions,
  limits: UpstreamLimits,
  { log, meters }: { readonly log: Logger; readonly meters: Meters },
): Upstream {
  const connector = createConnector({ ...options.tls, timeoutMs: limits.connectMs })
  const { connections, queue } = options
  const { responseHeaderBytes } = limits
  const origins = options.origins.map((url) =>
    createOrigin({
      url,
      connections,
      queue,
      connector,
      responseHeaderBytes,
      onOutage: (cause) => log.error({ upstream: url, cause }, 'an upstream cannot be reached'),
      onRecovery: () => log.info({ upstream: url }, 'an upstream can be reached again'),
      meters: originMeters(url, meters),
    }),
  )
  let turn = 0
  let reported = false
  return {
    options,
    origins,
    pick(client) {
      const nowMs = Date.now()
      turn = (turn + 1) % origins.length
      let failing: Origin | undefined
      for (let i = 0; i < origins.length; i++) {
        const origin = origins[(turn + i) % origins.length]
        if (origin === undefined || !origin.hasRoomFor(client)) continue
        if (origin.ejectedUntilMs <= nowMs) return origin
        failing ??= origin
      }
      // When all are failing the next in turn is as good as any, and finds out whether it is back.
      return failing
    },
    reportConnectionAuth() {
      if (reported) return
      reported = true
      log.warn(
        { upstream: options.origins.join(' ') },
        'an upstream asks for NTLM, Negotiate or Kerberos, which sign in a connection that others share: such challenges are ' +
          'removed, and a 401 with no other is answered 502; let it accept Basic or Bearer, or the identity headers',
      )
    },
    async close() {
      await Promise.all(origins.map((origin) => origin.close()))
    },
  }
}

function originMeters(url: string, meters: Meters): OriginMeters {
  const address = new URL(url).host
  return {
    failures: meters.counter('scopegate_upstream_failures_total', address),
    durations: meters.histogram('http_client_request_duration_seconds', address),
  }
}
