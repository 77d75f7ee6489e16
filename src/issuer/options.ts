/**
 * Where one issuer's metadata and keys come from, and what its tokens look like.
 * Documented where it acts: discovery in `discovery.ts`, fetching in `key-set.ts`, the rest in `jwt.ts`.
 */
export type IssuerOptions = {
  /** The exact `iss` of its tokens (for Logto: `<logto>/oidc`). */
  readonly issuer: string
  /** True when configured as `logto:`: then anything with a dot that is no JWT is malformed, never opaque. */
  readonly isLogto: boolean
  readonly jwksUri?: string
  /** Path of a local JWKS file instead of any fetch. */
  readonly jwksFile?: string
  readonly introspectionEndpoint?: string
  readonly userinfoEndpoint?: string
  readonly tokenEndpoint?: string
  /** Allow-list; undefined means every asymmetric algorithm that fits the published keys. */
  readonly algorithms?: readonly string[]
  /** Lower-cased, without `application/`; `none` stands for an absent `typ`. Default: ['at+jwt'] */
  readonly tokenTypes: readonly string[]
  readonly claims: { readonly scope: string; readonly clientId: string }
}

export type TokenOptions = {
  readonly clockToleranceMs: number
  readonly maxBytes: number
  readonly maxLifetimeMs: number
  readonly cacheMaxEntries: number
  readonly opaque: 'explain'
}
