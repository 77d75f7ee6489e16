import type { Code } from '../errors.ts'

/**
 * What one request leaves in the log (decisions.md section 5). Filled while the request runs, written once after
 * the response. An allow-list by construction: there is no member for a token, cookie, query or header value.
 */
export type RequestRecord = {
  requestId: string
  api: string | undefined
  /** The pattern as the operator wrote it. */
  route: string | undefined
  method: string
  /** Canonical path, without the query. */
  path: string | undefined
  status: number
  outcome: 'allow' | 'refuse'
  code: Code | undefined
  detail: string | undefined
  sub: string | undefined
  clientId: string | undefined
  scopesHeld: string | undefined
  scopesNeeded: string | undefined
  tokenKind: 'jwt' | 'opaque' | undefined
  cache: 'hit' | 'miss' | undefined
  /** From the complete head to the decision. */
  authMs: number | undefined
  /** From dispatch to the upstream's response head. */
  upstreamMs: number | undefined
  bytesIn: number
  bytesOut: number
  remote: string | undefined
}
