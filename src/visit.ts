import type { IncomingMessage } from 'node:http'
import type { Decision } from './access/decision.ts'
import type { CompiledRoute } from './compiled-route.ts'
import { type Code, codes } from './errors.ts'
import type { ClientAddress } from './http/forwarded.ts'
import type { RequestHead } from './http/request-head.ts'
import type { RequestRecord } from './log/decision-log.ts'

/** One request while it is decided: what came, and what the log will say of it. */
export type Visit = {
  readonly request: IncomingMessage
  readonly head: RequestHead
  readonly client: ClientAddress
  readonly record: RequestRecord
  /** `performance.now()` at the complete head. */
  readonly startedMs: number
}

/** Fills in the log record what the decision knows. */
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
  if (decision.outcome === 'refuse') {
    record.api ??= decision.api
    record.route ??= decision.pattern
    record.tokenKind = decision.tokenKind
    recordProblem(record, decision.code, decision.detail)
  }
  if (route?.requirement.kind === 'scopes') record.scopesNeeded = needed(route.requirement.anyOf)
  if (token === undefined) return
  record.tokenKind = token.kind
  record.sub = token.subject
  record.clientId = token.clientId
  record.scopesHeld = [...token.scopes].join(' ')
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

const printedNeeds = new WeakMap<readonly (readonly string[])[], string>()

function needed(anyOf: readonly (readonly string[])[]): string {
  const known = printedNeeds.get(anyOf)
  if (known !== undefined) return known
  const printed = anyOf.map((set) => set.join(' ')).join(' | ')
  printedNeeds.set(anyOf, printed)
  return printed
}
