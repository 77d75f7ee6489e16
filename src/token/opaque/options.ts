import type { ClientCredentials } from '../../issuer/options.ts'

/** How the opaque tokens of one API are verified. */
export type OpaqueOptions =
  | { readonly mode: 'userinfo' }
  | { readonly mode: 'introspect'; readonly client: ClientCredentials }
  | ExchangeOptions

export type ExchangeOptions = {
  readonly mode: 'exchange'
  /** The gateway's own application, which asks and exchanges. */
  readonly client: ClientCredentials
  /** Personal access tokens of Logto are exchanged too. */
  readonly personalAccessTokens: boolean
  /** The API for which tokens are exchanged (RFC 8693 section 2.1). */
  readonly resource: string
  /** Every scope that a route of the API names. */
  readonly scopes: readonly string[]
  /** Tokens of other clients are not exchanged. */
  readonly clients: readonly string[]
}
