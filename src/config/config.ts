import type { IdentityHeader, IdentityOptions } from '../access/identity.ts'
import type { CorsOptions } from '../http/cors.ts'
import type { Distinction } from '../http/look-alike.ts'
import type { IssuerOptions } from '../issuer/options.ts'
import type { LogOptions } from '../log/logger.ts'
import type { Pattern } from '../route/pattern.ts'
import type { Requirement } from '../route/requirement.ts'
import type { TokenOptions } from '../token/options.ts'
import type { ExchangeTimeouts, UpstreamOptions } from '../upstream/upstream.ts'

/** The decoded configuration: defaults filled in, text expanded, files read, every reference resolved. Immutable. */
export type Config = {
  readonly listen: ListenAddress
  /** Without a trailing slash; undefined when not configured. */
  readonly publicUrl?: string
  /** By name; the single `issuer:` is named `default`. */
  readonly issuers: ReadonlyMap<string, IssuerOptions>
  readonly apis: readonly ApiConfig[]
  readonly tokens: TokenOptions
  readonly identity: IdentityOptions
  readonly limits: Limits
  readonly timeouts: Timeouts
  readonly tls?: TlsOptions
  readonly log: LogOptions
  readonly admin: { readonly listen: ListenAddress }
  /** Processes that serve; 1: this one alone, without a supervisor. */
  readonly workers: number
  /** CIDRs, e.g. `10.0.0.0/8`; a single address is written with its full prefix length. */
  readonly trustedProxies: readonly string[]
}

export type ListenAddress = { readonly host: string; readonly port: number }

export type ApiConfig = {
  readonly name: string
  readonly resource: string
  /** Name in `Config.issuers`; undefined only when no route of this API needs a token and there is no issuer. */
  readonly issuer?: string
  /** Lower-cased names, `*.name` for any subdomain; empty: any host. */
  readonly hosts: readonly string[]
  /** Canonical prefix without trailing slash; empty string: the whole path space. */
  readonly pathPrefix: string
  readonly stripPath: boolean
  readonly preserveHost: boolean
  readonly distinguishes: readonly Distinction[]
  readonly clients?: readonly string[]
  readonly identityHeaders: readonly IdentityHeader[]
  readonly cors?: CorsOptions
  readonly paths: readonly PathConfig[]
}

/** One key under `routes:`. The pattern holds the full path, the API's prefix included. */
export type PathConfig = {
  readonly pattern: Pattern
  /** `any` already expanded, HEAD already added beside GET: what is not here is 405. */
  readonly methods: ReadonlyMap<string, RouteConfig>
}

/** One requirement with its options, inherited values filled in. */
export type RouteConfig = {
  readonly requirement: Requirement
  readonly websocket: boolean
  /** Irregularities (`http/request-target.ts`) as a bit set. */
  readonly allow: number
  readonly authorization: AuthorizationOption
  readonly upstream: UpstreamOptions
  readonly timeouts: ExchangeTimeouts
  readonly bodyBytes: number
}

/** What the upstream gets as Authorization. */
export type AuthorizationOption =
  | { readonly kind: 'strip' }
  | { readonly kind: 'forward' }
  | { readonly kind: 'fixed'; readonly value: string }

export type Limits = {
  readonly headerBytes: number
  readonly headerCount: number
  readonly targetBytes: number
  readonly responseHeaderBytes: number
  readonly connections: number
  readonly bodyBytes: number
}

export type Timeouts = ExchangeTimeouts & {
  /** The client's request head. Default: 10000 */
  readonly headMs: number
  /** Grace for requests in flight on SIGTERM. Default: 30000 */
  readonly shutdownMs: number
}

export type TlsOptions = {
  /** File names, read again when they change. */
  readonly cert: string
  readonly key: string
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3'
}
