import type { IdentityHeader, IdentityOptions } from '../access/identity.ts'
import type { CorsOptions } from '../http/cors.ts'
import type { IssuerOptions } from '../issuer/options.ts'
import type { Pattern } from '../route/pattern.ts'
import type { Requirement } from '../route/requirement.ts'
import type { Audience } from '../token/audience.ts'
import type { TokenOptions } from '../token/options.ts'
import type { UpstreamOptions } from '../upstream/upstream.ts'
import type { ChatGptConfig } from './chatgpt-config.ts'
import type { LogtoConfig } from './logto-config.ts'
import type { PlainApiOptions } from './schema/api.ts'
import type { ExchangeLimits, ExchangeTimes, FileExchange } from './schema/exchange.ts'
import type { File } from './schema/file.ts'
import type { PlainRouteOptions } from './schema/requirement.ts'

/**
 * The decoded configuration: defaults filled in, text expanded, files read, every reference resolved. Options
 * that are used as they are written have the types of their schema, which describes them; only the others
 * stand here.
 */
export type Config = Immutable<Pick<File, 'limits' | 'log' | 'metrics' | 'trustedProxies'>> & {
  readonly listen: ListenAddress
  /** Without a trailing slash; undefined when not configured. */
  readonly publicUrl?: string
  /** By name; the single `issuer:` is named `default`. */
  readonly issuers: ReadonlyMap<string, IssuerOptions>
  readonly apis: readonly ApiConfig[]
  readonly logto?: LogtoConfig
  readonly revocation?: RevocationConfig
  readonly chatgpt?: ChatGptConfig
  readonly tokens: TokenOptions
  readonly opaque: OpaqueConfig
  readonly identity: IdentityOptions
  readonly timeouts: InMs<File['timeouts']>
  readonly tls?: TlsOptions
  readonly admin: { readonly listen: ListenAddress; readonly token?: string }
  /** The number of processes that serve. With 1 this process serves alone, without a supervisor. */
  readonly workers: number
}

/** How the gateway hears whose access has ended. */
export type RevocationConfig = {
  /** The `iss` of the Logto that the webhook and the poll are about; undefined without either. */
  readonly issuer?: string
  readonly webhook?: WebhookConfig
  /** Absolute name. */
  readonly file?: string
  readonly pollMs?: number
  /** Whether users have permissions in organizations, so that the poll looks at these too. */
  readonly organizations: boolean
}

/** `path` is canonical, without a slash at its end. */
export type WebhookConfig = { readonly path: string; readonly signingKey: string }

/** How opaque tokens are verified, where the issuer can be asked. */
export type OpaqueConfig = {
  readonly mode: File['tokens']['opaque']
  /** Questions to one issuer that are asked at the same time. */
  readonly inFlight: number
  readonly personalAccessTokens: boolean
}

export type ListenAddress = { readonly host: string; readonly port: number }

export type ApiConfig = Immutable<PlainApiOptions> & {
  readonly name: string
  readonly resource: string
  /** For whom its access tokens are: the resource, unless the file says otherwise. */
  readonly audience: Audience
  /**
   * A name in `Config.issuers`. Undefined only when no route of this API needs a token and no issuer exists.
   */
  readonly issuer?: string
  /** Lower-cased names, `*.name` for any subdomain. Empty: any host. */
  readonly hosts: readonly string[]
  /** Canonical prefix without trailing slash. The empty string is the whole path space. */
  readonly pathPrefix: string
  readonly identityHeaders: readonly IdentityHeader[]
  /** The networks whose clients may ask, as addresses or CIDRs. Undefined: any. */
  readonly from?: readonly string[]
  /** Its name for people; undefined: its key. */
  readonly title?: string
  /** Undefined where its metadata is not to be published. */
  readonly metadata?: MetadataConfig
  readonly cors?: CorsOptions
  readonly paths: readonly PathConfig[]
}

/** The members of a protected resource's metadata that the file decides (RFC 9728 section 2). */
export type MetadataConfig = { readonly scopes: readonly string[]; readonly documentation?: string }

/** One key under `routes:`. The pattern holds the full path, the API's prefix included. */
export type PathConfig = {
  readonly pattern: Pattern
  /** `any` is already expanded, and HEAD added where GET is. Any other method is refused with 405. */
  readonly methods: ReadonlyMap<string, RouteConfig>
}

/** One requirement with its options. */
export type RouteConfig = Immutable<PlainRouteOptions> &
  ExchangeConfig & { readonly requirement: Requirement }

/** The options of an exchange with the upstream, inherited ones filled in. */
export type ExchangeConfig = Immutable<Omit<FileExchange, 'upstream' | 'timeouts' | 'limits'>> &
  Immutable<ExchangeLimits> & {
    readonly upstream: UpstreamOptions
    readonly timeouts: InMs<ExchangeTimes>
  }

export type TlsOptions = {
  /** File names. The files are read again when they change. */
  readonly cert: string
  readonly key: string
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3'
}

/** Decoded times with their unit in the name: `connect` → `connectMs`. */
export type InMs<T> = { readonly [K in keyof T as `${K & string}Ms`]: T[K] }

export type Immutable<T> = { readonly [K in keyof T]: Immutable<T[K]> }
