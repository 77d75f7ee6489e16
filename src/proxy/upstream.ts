import type { Dispatcher } from 'undici'
// The pool alone: the index of undici takes 33 ms more to start and 12 MiB more to keep.
import Pool from 'undici/lib/dispatcher/pool.js'

/** Where an API's requests go. Origins only: a path in an upstream URL is a configuration error. */
export type UpstreamOptions = {
  /** At least one, e.g. `http://legacy-api:3000`. Several are used in turn, failing ones are passed over for a while. */
  readonly origins: readonly string[]
  /** Connections per origin. Default: 128 */
  readonly connections: number
  /** Requests that may wait for a connection, per origin; beyond it 503 `upstream_busy`. Default: 1000 */
  readonly queue: number
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

/** A set of undici pools, one per origin: balancing, bounded queue, passive ejection. */
export type Upstream = {
  readonly options: UpstreamOptions
  /** The origin for the next request, or undefined when every queue is full. */
  pick(): Origin | undefined
  /** Waits for requests in flight, then closes every connection. Tunnels are not counted here. */
  close(): Promise<void>
}

/** One origin of an upstream. Each request is entered when it is dispatched and left when it is over. */
export type Origin = {
  readonly url: string
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void
  enter(): void
  leave(): void
  /** A connection could not be made or was reset: passed over for a while, longer each time. */
  failed(): void
  succeeded(): void
}

const firstEjectionMs = 1000
const lastEjectionMs = 30_000

/** Pipelining is always 1: with more, a surplus answer to one user would reach the next. */
export function createUpstream(
  options: UpstreamOptions,
  limits: { readonly connectMs: number; readonly responseHeaderBytes: number },
): Upstream {
  const origins = options.origins.map((url) => createOrigin(url, options, limits))
  let turn = 0
  return {
    options,
    pick() {
      const nowMs = Date.now()
      turn = (turn + 1) % origins.length
      let failing: Origin | undefined
      for (let i = 0; i < origins.length; i++) {
        const origin = origins[(turn + i) % origins.length]
        if (origin === undefined || origin.isFull()) continue
        if (origin.ejectedUntilMs() <= nowMs) return origin
        failing ??= origin
      }
      // When all are failing the next in turn is as good as any, and finds out whether it is back.
      return failing
    },
    async close() {
      await Promise.all(origins.map((origin) => origin.pool.close()))
    },
  }
}

type ManagedOrigin = Origin & {
  readonly pool: Pool
  isFull(): boolean
  ejectedUntilMs(): number
}

function createOrigin(
  url: string,
  options: UpstreamOptions,
  limits: { readonly connectMs: number; readonly responseHeaderBytes: number },
): ManagedOrigin {
  const pool = new Pool(url, {
    connections: options.connections,
    pipelining: 1,
    connectTimeout: limits.connectMs,
    maxHeaderSize: limits.responseHeaderBytes,
    // The exchange keeps its own clocks: undici's start with the connection, not with the dispatch.
    headersTimeout: 0,
    bodyTimeout: 0,
    ...(options.tls === undefined ? {} : { connect: { ...options.tls, timeout: limits.connectMs } }),
  })
  const capacity = options.connections + options.queue
  let active = 0
  let failures = 0
  let ejectedUntilMs = 0
  return {
    url,
    pool,
    dispatch: (request, handler) => void pool.dispatch(request, handler),
    isFull: () => active >= capacity,
    ejectedUntilMs: () => ejectedUntilMs,
    enter: () => {
      active += 1
    },
    leave: () => {
      active -= 1
    },
    failed() {
      ejectedUntilMs = Date.now() + Math.min(firstEjectionMs * 2 ** failures, lastEjectionMs)
      failures += 1
    },
    succeeded() {
      failures = 0
      ejectedUntilMs = 0
    },
  }
}
