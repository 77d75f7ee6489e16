import type { IncomingMessage } from 'node:http'
import type { Decision } from '../access/decision.ts'
import { type Code, codes } from '../errors.ts'
import type { ClientAddress } from '../http/forwarded.ts'
import type { RequestHead } from '../http/request-head.ts'
import type { RequestRecord } from '../log/decision-log.ts'
import { printScopes } from '../token/scope.ts'
import type { CompiledRoute } from './compile.ts'

/** One request while it is decided: what came, and what the log will say of it. */
export type Visit = {
  readonly request: IncomingMessage
  readonly head: RequestHead
  readonly client: ClientAddress
  readonly record: RequestRecord
  /** `performance.now()` at the complete head. */
  readonly startedMs: number
}

/** Fills in the log record what the decision knows; why it refuses is recorded where it is refused. */
export function recordDecision(
  record: RequestRecord,
  decision: Decision<CompiledRoute>,
  authMs: number,
): void {
  record.outcome = decision.outcome
  record.authMs = authMs
  record.cache = decision.cache
  const { route, token } = decision
  record.api = route?.api
  record.route = route?.pattern
  record.scopesNeeded = route?.scopesNeeded
  if (decision.outcome === 'refuse') {
    record.api ??= decision.api
    record.route ??= decision.pattern
    record.tokenKind = decision.tokenKind
  }
  if (token === undefined) return
  record.tokenKind = token.kind
  record.sub = token.subject
  record.clientId = token.clientId
  record.scopesHeld = printScopes(token.scopes)
}

export function recordProblem(record: RequestRecord, code: Code, detail: string): void {
  record.code = code
  record.detail = detail
}

/** The client left before it was answered: nothing was sent, and a status must stand in the log. */
export function recordClientGone(record: RequestRecord): void {
  record.code = 'client_closed'
  record.status = codes.client_closed.status
}
