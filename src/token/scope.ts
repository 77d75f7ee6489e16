import { scopeToken } from '../http/scope-token.ts'
import { memo, memoByObject } from '../memo.ts'

const noScopes: ReadonlySet<string> = new Set()

/** A few scope strings cover all users of an API: their tokens share one set in the token cache. */
const scopesOf = memo((claim) => setOf(claim.split(' ')), { longestKey: 256 })

/**
 * The scopes that a `scope` claim holds: a string separated by U+0020 alone, or an array of strings. Whole,
 * case-sensitive tokens; whatever is outside the grammar matches nothing. Absent, empty and malformed claims
 * all hold none.
 */
export function parseScopes(claim: unknown): ReadonlySet<string> {
  if (typeof claim === 'string') return scopesOf(claim)
  return Array.isArray(claim) ? setOf(claim) : noScopes
}

/** The scopes that several claims hold together. One claim keeps its set, which many tokens share. */
export function uniteScopes(claims: readonly unknown[]): ReadonlySet<string> {
  const sets = claims.map(parseScopes).filter(({ size }) => size > 0)
  return sets.length > 1 ? new Set(sets.flatMap((set) => [...set])) : (sets[0] ?? noScopes)
}

/** As a space-separated string, in the order in which they were found. */
export const printScopes = memoByObject((scopes: ReadonlySet<string>) => [...scopes].join(' '))

/** An array with anything but texts is no scope claim, and holds nothing. */
function setOf(tokens: readonly unknown[]): ReadonlySet<string> {
  const scopes = new Set<string>()
  for (const token of tokens) {
    if (typeof token !== 'string') return noScopes
    if (scopeToken.test(token)) scopes.add(token)
  }
  return scopes
}
