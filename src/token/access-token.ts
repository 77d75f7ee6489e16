/** The claims of a verified token. They are own members only, since its prototype has none. */
export type Claims = Readonly<Record<string, unknown>>

/**
 * How a token is verified: by the issuer's keys (`jwt`), by asking the issuer (`opaque`), or by exchanging it
 * for a JWT, an opaque one (`exchanged`) or a personal access token (`personal`). The log calls it
 * `tokenKind`.
 */
export type TokenKind = 'jwt' | 'opaque' | 'exchanged' | 'personal'

/** The facts of a verified access token. Whether they are enough for a route is decided on every request. */
export type AccessToken = {
  readonly kind: TokenKind
  /** The configured issuer, also where `iss` is another of its names (`issuer.also`). */
  readonly issuer: string
  /** `sub`, 1 to 255 characters, no control characters, no outer white space. */
  readonly subject: string
  /** `client_id`, or the claim that `issuer.claims.clientId` names. */
  readonly clientId: string | undefined
  /** The scopes held, as whole case-sensitive tokens (RFC 6749 section 3.3). */
  readonly scopes: ReadonlySet<string>
  readonly claims: Claims
  /** `exp` plus the clock tolerance, in milliseconds since the epoch: from then on the token is expired. */
  readonly expiresAtMs: number
  /**
   * Until when the answer of the issuer about the token counts, in milliseconds since the epoch. Absent
   * where it was not asked.
   */
  readonly believedUntilMs?: number
}

/** How long an answer of the issuer is believed, in milliseconds. What was withdrawn lives on for so long. */
export const believedMs = 600_000

/** No user stands behind it: a client asked for it in its own name (`client_credentials`). */
export function isOfMachine({ subject, clientId }: AccessToken): boolean {
  return subject === clientId
}
