import type { RequestHead } from '../http/request-head.ts'

/** The credentials of a request. A token is looked for in Authorization only (RFC 6750 section 2.1). */
export type TokenSource =
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed'; readonly detail: string }

const none: TokenSource = { kind: 'none' }
const malformed: TokenSource = {
  kind: 'malformed',
  detail: 'Authorization: Bearer is not followed by one well-formed access token',
}

const inQuery: TokenSource = {
  kind: 'malformed',
  detail: 'An access token in the query is never used: send it in the header Authorization: Bearer',
}

/**
 * The scheme ends where no token character follows (RFC 9110 section 5.6.2): `Bearer,x` is a malformed Bearer,
 * `Bearer-2 x` another scheme.
 */
const bearer = /^bearer(?![!#$%&'*+\-.^_`|~0-9a-z])/i
/** RFC 6750 section 2.1: `"Bearer" 1*SP b64token`. */
const credentials = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i

/**
 * No credentials and other schemes are `none`; `Bearer` without one well-formed b64token is `malformed`, and so is a
 * token in the query, which logs and browsers keep (RFC 6750 section 5.3).
 */
export function findToken(head: RequestHead, queryHoldsToken = false): TokenSource {
  if (queryHoldsToken) return inQuery
  const value = head.authorization
  if (value === undefined || !bearer.test(value)) return none
  const token = credentials.exec(value)?.[1]
  return token === undefined ? malformed : { kind: 'bearer', token }
}
