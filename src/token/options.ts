/** How access tokens are verified, whichever issuer they come from. */
export type TokenOptions = {
  /**
   * How far the clocks of issuer and gateway may differ, in milliseconds. `exp`, `nbf` and `iat` are judged
   * with it.
   */
  readonly clockToleranceMs: number
  /** Longest access token, in bytes. A longer one is refused without being parsed. */
  readonly maxBytes: number
  /** Longest lifetime of an access token, in milliseconds. One that is valid for longer is refused. */
  readonly maxLifetimeMs: number
  /** Verified tokens that are kept; the least recently used one makes room. */
  readonly cacheMaxEntries: number
}
