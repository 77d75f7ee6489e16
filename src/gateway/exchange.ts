import type { Decision } from '../access/decision.ts'
import type { HeaderPolicy } from '../http/header-policy.ts'
import { hasBody } from '../http/request-head.ts'
import type { RequestTarget } from '../http/request-target.ts'
import type { CompiledRoute } from './compile.ts'
import type { Visit } from './visit.ts'

type Allowed = Extract<Decision<CompiledRoute>, { outcome: 'allow' }>

/** Path and query as they go upstream: the canonical path, less the prefix where `stripPath` says so. */
export function upstreamTarget({ path, query }: RequestTarget, stripPrefix: string): string {
  const forwarded = stripPrefix === '' ? path : path.slice(stripPrefix.length) || '/'
  return query === undefined ? forwarded : `${forwarded}?${query}`
}

/** The header list for the upstream: the client's end-to-end fields first, then everything that the gateway vouches for. */
export function upstreamHeaders(policy: HeaderPolicy, visit: Visit, { route, token }: Allowed): string[] {
  const { head, client, record } = visit
  const headers = policy.endToEnd(head)
  if (route.preserveHost) headers.push('Host', head.host)
  if (token !== undefined) route.identity(token, headers)
  headers.push(...client.headers, 'X-Request-Id', record.requestId)
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
