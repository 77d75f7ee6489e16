/** Value of a WWW-Authenticate header (RFC 6750 section 3). Throws on characters that the grammar does not allow. */
export declare function challenge(options: {
  readonly realm: string
  readonly error?: 'invalid_request' | 'invalid_token' | 'insufficient_scope'
  readonly errorDescription?: string
  readonly scope?: string
}): string
