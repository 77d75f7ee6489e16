/** Where one issuer's metadata and keys come from, and what its access tokens look like. */
export type IssuerOptions = {
  /** The exact `iss` of its access tokens (for Logto: `<logto>/oidc`). */
  readonly issuer: string
  /**
   * True when configured as `logto:`. Then a token that holds a dot and is no JWT is malformed, never opaque.
   */
  readonly isLogto: boolean
  /** URL of the JWKS. Default: the `jwks_uri` of the discovery document. */
  readonly jwksUri?: string
  /** Path of a local JWKS file, which is read instead of any fetch. */
  readonly jwksFile?: string
  /**
   * The signature algorithms that tokens may have. Default: every asymmetric one that fits the published
   * keys.
   */
  readonly algorithms?: readonly string[]
  /**
   * The `typ` values of access tokens: lower-cased, without `application/`; `none` stands for an absent
   * `typ`.
   */
  readonly tokenTypes: readonly string[]
  /** The names of the claims that hold the scopes and the client. */
  readonly claims: { readonly scope: string; readonly clientId: string }
}
