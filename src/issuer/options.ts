/** Where one issuer's metadata and keys come from, and what its access tokens look like. */
export type IssuerOptions = IssuerConnection & {
  /** The exact `iss` of its access tokens (for Logto: `<logto>/oidc`). */
  readonly issuer: string
  /**
   * Further exact `iss` values that count as this issuer, because its key set signs for them too (a custom
   * domain). One `sub` is the same person under each of them. Default: none
   */
  readonly also?: readonly string[]
  /**
   * True when configured as `logto:`. Then a token is told by Logto's own forms, and every other one is
   * refused.
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
  /**
   * The claims that hold the scopes, which are united, and the client. Dots in a name are tried as nesting,
   * too.
   */
  readonly claims: { readonly scope: readonly string[]; readonly clientId: string }
  /**
   * Claims that every access token has, and no ID token. Default: none; whether a token whose `typ` does not
   * tell is an ID token is then guessed (`token/jwt/id-token.ts`).
   */
  readonly accessToken?: { readonly where: readonly ClaimCondition[] }
  /** The gateway's own application at this issuer, for questions about opaque tokens. Default: none */
  readonly client?: ClientCredentials
  /**
   * URLs, each instead of what the discovery document says. Browsers are sent to `authorization`: the gateway
   * never asks it.
   */
  readonly endpoints?: { readonly [name in IssuerEndpoint | 'authorization']?: string }
}

/** An endpoint that the gateway asks. */
export type IssuerEndpoint = 'introspection' | 'userinfo' | 'token'

export type ClientCredentials = { readonly id: string; readonly secret: string }

/** How the gateway reaches the endpoints of an issuer. */
export type IssuerConnection = {
  /**
   * URL of an http or https proxy, which may hold a user and a password. Default: the one that the
   * environment names.
   */
  readonly proxy?: string
  /** `ca`: certificates (PEM) that are trusted instead of the usual authorities. */
  readonly tls?: { readonly ca: string }
}

/** The claim must equal one of the values, or be an array that contains one. */
export type ClaimCondition = {
  readonly claim: string
  readonly values: readonly (string | number | boolean)[]
}
