import type { IncomingMessage } from 'node:http'
import type { Decision } from '../access/decision.ts'
import type { DecisionFacts, RecordKeeper } from '../log/request-record.ts'
import { printScopes } from '../token/scope.ts'
import type { CompiledRoute } from './compile-route.ts'
import type { Reply } from './reply.ts'

/** One request while the gateway has it: with its reply, and the record that the log will print. */
export type Visit = {
  readonly request: IncomingMessage
  readonly reply: Reply
  readonly record: RecordKeeper
  /** `performance.now()` at the complete head. */
  readonly startedMs: number
}

/** The facts of a decision for the log. The reason of a refusal is recorded where it is sent. */
export function decisionFacts(decision: Decision<CompiledRoute>, authMs: number): DecisionFacts {
  const { outcome, route, token, cache } = decision
  const refusal = decision.outcome === 'refuse' ? decision : undefined
  return {
    outcome,
    authMs,
    cache,
    api: route?.api ?? refusal?.api,
    route: route?.pattern ?? refusal?.pattern,
    scopesNeeded: route?.scopesNeeded,
    tokenKind: token?.kind ?? refusal?.tokenKind,
    sub: token?.subject,
    clientId: token?.clientId,
    scopesHeld: token && printScopes(token.scopes),
  }
}
