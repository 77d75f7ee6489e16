import type { Logger } from '../log/logger.ts'
import type { Meters } from '../log/meters.ts'
import { createOrigin, type Origin, type OriginMeters } from './origin.ts'
import { createConnector } from './undici-client.ts'

/** The servers to which the requests of an API go. A path in the URL of one is a configuration error. */
export type UpstreamOptions = {
  /**
   * At least one, such as `http://legacy-api:3000`. Several are used in turn, and those that fail are passed
   * over for a while.
   */
  readonly origins: readonly string[]
  /** The most connections to each origin. Default: 128 */
  readonly connections: number
  /**
   * The most requests that wait for a connection to each origin. Any other is 503 `upstream_busy`. Default:
   * 1000
   */
  readonly queue: number
  /**
   * False when each request gets a connection of its own, since this upstream is not trusted with a shared
   * one.
   */
  readonly reuse: boolean
  /** PEM texts, which were read from their files already. */
  readonly tls?: {
    readonly ca?: string
    readonly cert?: string
    readonly key?: string
    readonly servername?: string
  }
}

/** All are in milliseconds. docs/configuration.md explains them under `timeouts`. */
export type ExchangeTimeouts = {
  /** The longest time to connect to the upstream, TLS included. Default: 5000 */
  readonly connectMs: number
  /**
   * The longest time from dispatch, queueing included, to the head of the response. Then the client gets 504
   * `upstream_timeout`. Default: 60000
   */
  readonly responseMs: number
  /** The longest time without a byte of a request or response body. Default: 60000 */
  readonly idleMs: number
  /** The longest time without a byte on an event stream or WebSocket. Default: 3600000 */
  readonly streamMs: number
}

/** A set of origins, which are used in turn. Those that fail are passed over for a while. */
export type Upstream = {
  readonly options: UpstreamOptions
  readonly origins: readonly Origin[]
  /** Returns the origin for the next request of this client, or undefined when every queue is full. */
  pick(client: string): Origin | undefined
  /** Says in the log, once, that its responses ask for NTLM, Negotiate or Kerberos. */
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
      // When all are failing, the next one in turn is as good as any: its request finds out whether it is
      // back.
      return failing
    },
    reportConnectionAuth() {
      if (reported) return
      reported = true
      log.warn(
        { upstream: options.origins.join(' ') },
        'an upstream asks for NTLM, Negotiate or Kerberos, which sign in a connection that others share: ' +
          'such challenges are removed, and a 401 with no other is answered 502; let it accept Basic or ' +
          'Bearer, or the identity headers',
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
