import type { RequestHead } from '../http/request-head.ts'

/** Where the token is in a request (RFC 6750 section 2): Authorization only. */
export type TokenSource =
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed'; readonly detail: string }

/** No credentials and other schemes are `none`; `Bearer` without one well-formed b64token is `malformed`. */
export declare function findToken(head: RequestHead): TokenSource
