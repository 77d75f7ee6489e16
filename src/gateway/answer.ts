import type { AccessRequest } from '../access/authorize.ts'
import type { Refusal } from '../access/decision.ts'
import { describeFault } from '../errors.ts'
import { isPreflight } from '../http/cors.ts'
import type { OwnResponse } from '../http/problem.ts'
import { hasBody, type RequestHead } from '../http/request-head.ts'
import type { Snapshot } from './compile.ts'
import type { CompiledRoute } from './compile-route.ts'
import type { Visit } from './visit.ts'

/**
 * The response to a CORS preflight; undefined for every other request, and for a client that may not ask this
 * API at all.
 */
export function preflightResponse(
  { rules, addresses }: Snapshot,
  { head, target, client }: Omit<AccessRequest, 'nowMs'>,
): OwnResponse | undefined {
  if (!isPreflight(head) || target.irregularities !== 0) return undefined
  if (addresses?.refusal(head.hostName, target.path, client.address) !== undefined) return undefined
  const found = rules.table.findPath(head.hostName, target.path)
  const cors = found && rules.apis.get(found.api)?.cors
  return found && cors?.preflight(head, [...found.path.methods.keys()])
}

/**
 * Refuses a request. With a head that could be read, the response carries the CORS headers of its API, since
 * a page must be able to read why. `closing` says that the connection must not be used again.
 */
export function refuse(
  snapshot: Snapshot,
  { record, reply }: Visit,
  refusal: Refusal<CompiledRoute>,
  { head, closing }: { readonly head?: RequestHead; readonly closing: boolean },
): void {
  record.problem(refusal.code, refusal.detail)
  const { requestId } = record
  const corsHeaders = corsHeadersFor(snapshot, head, record.record.path)
  reply.send(snapshot.refusalResponse(refusal, { requestId, corsHeaders }), closing)
}

function corsHeadersFor(
  { rules }: Snapshot,
  head: RequestHead | undefined,
  path: string | undefined,
): readonly string[] {
  if (head === undefined || path === undefined) return []
  const api = rules.table.findApi(head.hostName, path)
  return (api === undefined ? undefined : rules.apis.get(api)?.cors?.headers(head.origin)) ?? []
}

/**
 * Refuses a request because of a fault of the gateway's own, which costs one request and never the process.
 */
export function refuseFaulty(snapshot: Snapshot, visit: Visit, fault: unknown): void {
  const { requestId } = visit.record
  snapshot.runtime.log.error({ requestId, fault: describeFault(fault) }, 'a request failed')
  refuse(snapshot, visit, gatewayFailed, { closing: true })
}

const gatewayFailed: Refusal<CompiledRoute> = {
  outcome: 'refuse',
  code: 'internal_error',
  detail: 'The gateway failed at this request; its log has an entry with this request id',
}

/**
 * True when the connection cannot be used again: the rest of the body would be taken for the next request.
 */
export function hasUnreadBody({ request }: Visit, head: RequestHead): boolean {
  return !request.complete && hasBody(head)
}
