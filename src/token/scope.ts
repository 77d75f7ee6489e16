import { LRUCache } from 'lru-cache'

const noScopes: ReadonlySet<string> = new Set()

/** RFC 6749 section 3.3: `%x21 / %x23-5B / %x5D-7E`. */
export const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** A few scope strings cover all users of an API: their tokens share one set in the token cache. */
const shared = new LRUCache<string, ReadonlySet<string>>({ max: 1000 })
const sharedLimit = 256

/**
 * The scopes that a `scope` claim holds: a string separated by U+0020 alone, or an array of strings. Whole, case-sensitive
 * tokens; whatever is outside the grammar matches nothing. Absent, empty and malformed claims all hold none.
 */
export function parseScopes(claim: unknown): ReadonlySet<string> {
  if (typeof claim !== 'string') return Array.isArray(claim) ? setOf(claim) : noScopes
  const known = shared.get(claim)
  if (known !== undefined) return known
  const scopes = setOf(claim.split(' '))
  if (claim.length <= sharedLimit) shared.set(claim, scopes)
  return scopes
}

/** As a space-separated string, in the order in which they were found. */
export function printScopes(scopes: ReadonlySet<string>): string {
  let text = printed.get(scopes)
  if (text === undefined) {
    text = [...scopes].join(' ')
    printed.set(scopes, text)
  }
  return text
}

const printed = new WeakMap<ReadonlySet<string>, string>()

/** An array with anything but texts is no scope claim, and holds nothing. */
function setOf(tokens: readonly unknown[]): ReadonlySet<string> {
  const scopes = new Set<string>()
  for (const token of tokens) {
    if (typeof token !== 'string') return noScopes
    if (scopeToken.test(token)) scopes.add(token)
  }
  return scopes
}
