import type { RequestHead } from '../http/request-head.ts'

/** The credentials of a request. A token is looked for in Authorization only (RFC 6750 section 2.1). */
export type TokenSource =
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'none' }
  | {
      readonly kind: 'malformed'
      readonly detail: string /** Nothing follows `Bearer`. */
      readonly isEmpty: boolean
    }

const none: TokenSource = { kind: 'none' }
const inQuery: TokenSource = {
  kind: 'malformed',
  isEmpty: false,
  detail: 'An access token in the query is never used: send it in the header Authorization: Bearer',
}

/**
 * The scheme ends where no token character follows (RFC 9110 section 5.6.2): `Bearer,x` is a malformed
 * Bearer, `Bearer-2 x` another scheme.
 */
const bearer = /^bearer(?![!#$%&'*+\-.^_`|~0-9a-z])/i
/** RFC 6750 section 2.1: `"Bearer" 1*SP b64token`. */
const credentials = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i

/**
 * No credentials and other schemes are `none`; `Bearer` without one well-formed b64token is `malformed`, and
 * so is a token in the query, which logs and browsers keep (RFC 6750 section 5.3).
 */
export function findToken(head: RequestHead, queryHoldsToken = false): TokenSource {
  if (queryHoldsToken) return inQuery
  const value = head.authorization
  if (value === undefined || !bearer.test(value)) return none
  const token = credentials.exec(value)?.[1]
  return token === undefined ? malformed(value.slice('bearer'.length).trim()) : { kind: 'bearer', token }
}

/** Says which of the usual mistakes it is, and shows nothing of what was sent. */
function malformed(sent: string): TokenSource {
  const mistake = mistakes.find(([form]) => form.test(sent))?.[1] ?? ''
  return {
    kind: 'malformed',
    isEmpty: sent === '',
    detail: `Authorization: Bearer is not followed by one well-formed access token${mistake}`,
  }
}

const mistakes: readonly (readonly [form: RegExp, text: string])[] = [
  [/^$/, ', but by nothing: the client had none when it made the request'],
  [/^\[object /, ', but by a JavaScript object printed as text: send its member access_token'],
  [/^[[{]/, ', but by JSON: send the member access_token of the token response alone'],
  [/^["']/, ', but by a text in quotes: send the access token without them'],
  [/^bearer /i, ': the word Bearer stands twice'],
  [/^<|^\$/, ', but by a placeholder: put the access token in its place'],
  [/^s(?:%3a|:)|;|^[^\s=]+=./i, ', but by a cookie: a session is no access token'],
]
