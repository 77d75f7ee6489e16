import type { AccessRequest } from '../access/authorize.ts'
import type { Decision } from '../access/decision.ts'
import { hasBody } from '../http/request-head.ts'
import type { RequestTarget } from '../http/request-target.ts'
import type { Exchange } from '../proxy/exchange.ts'
import type { Snapshot } from './compile.ts'
import type { CompiledRoute } from './compile-route.ts'
import type { Visit } from './visit.ts'

export type Allowed = Extract<Decision<CompiledRoute>, { outcome: 'allow' }>

/**
 * Describes an allowed request as it goes upstream. `profile` is a flat list of what was looked up about its
 * user.
 */
export function exchangeFor(
  snapshot: Snapshot,
  { request, record }: Visit,
  asked: AccessRequest,
  allowed: Allowed,
  profile: readonly string[],
): Exchange {
  const { route, token } = allowed
  const headers = upstreamHeaders(snapshot, asked, allowed, record.requestId)
  headers.push(...profile)
  return {
    request,
    record,
    asked,
    target: upstreamTarget(asked.target, route.stripPrefix),
    headers,
    plan: route.plan,
    corsHeaders: snapshot.rules.apis.get(route.api)?.cors?.headers(asked.head.origin),
    token,
    streams: snapshot.runtime.streams,
    rules: snapshot.streamRules,
  }
}

/** Path and query for the upstream: the canonical path, without the prefix where `stripPath` says so. */
function upstreamTarget({ path, query }: RequestTarget, stripPrefix: string): string {
  const forwarded = stripPrefix === '' ? path : path.slice(stripPrefix.length) || '/'
  return query === undefined ? forwarded : `${forwarded}?${query}`
}

/** Lists the client's end-to-end fields first, then everything that the gateway vouches for. */
function upstreamHeaders(
  { headerPolicy }: Snapshot,
  { head, client }: AccessRequest,
  { route, token }: Allowed,
  requestId: string,
): string[] {
  const headers = headerPolicy.endToEnd(head)
  if (route.preserveHost) headers.push('Host', head.host)
  if (token !== undefined) route.identity(token, headers)
  headers.push(...client.headers, 'X-Request-Id', requestId)
  if (route.stripPrefix !== '') headers.push('X-Forwarded-Prefix', route.stripPrefix)
  const authorization = authorizationFor(route, head.authorization)
  if (authorization !== undefined) headers.push('Authorization', authorization)
  if (head.contentLength !== undefined && hasBody(head))
    headers.push('Content-Length', `${head.contentLength}`)
  headers.push('Via', '1.1 scopegate')
  return headers
}

function authorizationFor({ authorization }: CompiledRoute, sent: string | undefined): string | undefined {
  if (authorization.kind === 'fixed') return authorization.value
  return authorization.kind === 'forward' ? sent : undefined
}
