import type { AccessRequest } from '../access/authorize.ts'
import type { Refusal } from '../access/decision.ts'
import type { EndpointRequest, EndpointResponse, OwnEndpoint, Responded } from '../endpoint/own-endpoint.ts'
import { readSmallBody } from '../endpoint/small-body.ts'
import { codes } from '../errors.ts'
import type { RequestHead } from '../http/request-head.ts'
import type { DecisionFacts } from '../log/request-record.ts'
import { hasUnreadBody, refuse } from './answer.ts'
import type { Snapshot } from './compile.ts'
import type { Visit } from './visit.ts'

/**
 * Answers a request for an own endpoint, or refuses it. No response carries the CORS headers of an API, whose
 * path this is not.
 */
export function answerOwn(
  snapshot: Snapshot,
  visit: Visit,
  asked: Omit<AccessRequest, 'nowMs'>,
  found: OwnEndpoint | Refusal<never>,
): void | Promise<void> {
  const { head } = asked
  if ('outcome' in found) return refuseOwn(snapshot, visit, head, found)
  const { path } = found
  // Whoever leaves before the response is in the log with this path, too.
  visit.record.decided(factsOf('refuse', path))
  const finish = (response: EndpointResponse | undefined) => {
    if (response === undefined) return
    if (response.outcome === 'respond') respondOwn(visit, head, path, response)
    else if (response.silent) refuseSilently(visit, head, response)
    else refuseOwn(snapshot, visit, head, { ...response, pattern: path })
  }
  const response = found.respond({ ...asked, body: bodyReader(visit, head) })
  return response instanceof Promise ? response.then(finish) : finish(response)
}

function bodyReader({ request, reply, record }: Visit, head: RequestHead): EndpointRequest['body'] {
  return (limits) => {
    if (head.expectsContinue) reply.askForBody()
    return readSmallBody(request, limits, (bytes) => record.received(bytes))
  }
}

function refuseOwn(snapshot: Snapshot, visit: Visit, head: RequestHead, refusal: Refusal<never>): void {
  visit.record.decided(factsOf('refuse', refusal.pattern))
  refuse(snapshot, visit, refusal, { closing: hasUnreadBody(visit, head) })
}

type Refused = Extract<EndpointResponse, { outcome: 'refuse' }>

/** The reason is in the log alone. */
function refuseSilently(visit: Visit, head: RequestHead, { code, detail }: Refused): void {
  visit.record.problem(code, detail)
  send(visit, head, { status: codes[code].status, headers: [], body: '' })
}

function respondOwn(visit: Visit, head: RequestHead, path: string, response: Responded): void {
  const { problem } = response
  visit.record.decided(factsOf(problem === undefined ? 'allow' : 'refuse', path))
  if (problem !== undefined) visit.record.problem(problem.code, problem.detail)
  send(visit, head, response)
}

function send(visit: Visit, head: RequestHead, { status, headers, body }: Omit<Responded, 'outcome'>): void {
  // A 204 has no body, and no length of one either; that of a 304 would be another (RFC 9110 section 8.6).
  const length = status === 204 || status === 304 ? [] : ['Content-Length', String(body.length)]
  const own = {
    status,
    headers: [...headers, ...length, 'X-Request-Id', visit.record.requestId],
    body: head.method === 'HEAD' ? '' : body,
  }
  visit.reply.send(own, hasUnreadBody(visit, head))
}

/** Nothing but the path is known of a request that asks no token. */
function factsOf(outcome: DecisionFacts['outcome'], path: string | undefined): DecisionFacts {
  return {
    outcome,
    route: path,
    authMs: undefined,
    cache: undefined,
    api: undefined,
    scopesNeeded: undefined,
    tokenKind: undefined,
    sub: undefined,
    clientId: undefined,
    scopesHeld: undefined,
  }
}
