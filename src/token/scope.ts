const noScopes: ReadonlySet<string> = new Set()

/** RFC 6749 section 3.3: `%x21 / %x23-5B / %x5D-7E`. */
export const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/**
 * The scopes that a `scope` claim holds: a string separated by U+0020 alone, or an array of strings. Whole, case-sensitive
 * tokens; whatever is outside the grammar matches nothing. Absent, empty and malformed claims all hold none.
 */
export function parseScopes(claim: unknown): ReadonlySet<string> {
  const tokens = typeof claim === 'string' ? claim.split(' ') : claim
  if (!Array.isArray(tokens) || !tokens.every((token) => typeof token === 'string')) return noScopes
  const scopes = tokens.filter((token) => scopeToken.test(token))
  return scopes.length === 0 ? noScopes : new Set(scopes)
}
