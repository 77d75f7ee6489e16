import type { Refusal } from './access/decision.ts'
import { codes } from './errors.ts'
import { challenge } from './http/challenge.ts'
import { type Answer, problem } from './http/problem.ts'

/** What a refusal's answer needs beside the refusal itself. */
export type RefusalContext = {
  readonly requestId: string
  readonly realm: string
  readonly corsHeaders: readonly string[]
}

/** A refusal in the words of RFC 6750 and RFC 9457. */
export function refusalAnswer<R>(refusal: Refusal<R>, context: RefusalContext): Answer {
  return problem({
    code: refusal.code,
    detail: refusal.detail,
    requestId: context.requestId,
    headers: [...refusalHeaders(refusal, context.realm), ...context.corsHeaders],
  })
}

function refusalHeaders<R>(refusal: Refusal<R>, realm: string): string[] {
  const headers: string[] = []
  const value = challengeFor(refusal, realm)
  if (value !== undefined) headers.push('WWW-Authenticate', value)
  if (refusal.allow !== undefined) headers.push('Allow', refusal.allow)
  if (codes[refusal.code].status === 503) headers.push('Retry-After', String(refusal.retryAfterSeconds ?? 1))
  return headers
}

/** RFC 6750 section 3.1: no error code where no credentials were sent; the scope only where scopes were the reason. */
function challengeFor<R>(refusal: Refusal<R>, realm: string): string | undefined {
  switch (refusal.code) {
    case 'token_missing':
      return challenge({ realm })
    case 'invalid_request':
    case 'invalid_token':
      return challenge({ realm, error: refusal.code, errorDescription: refusal.detail })
    case 'insufficient_scope':
      return challenge({
        realm,
        error: 'insufficient_scope',
        errorDescription: refusal.detail,
        scope: (refusal.scopesNeeded ?? []).join(' '),
      })
    case 'condition_failed':
      return challenge({ realm, error: 'insufficient_scope', errorDescription: refusal.detail })
    default:
      return undefined
  }
}
