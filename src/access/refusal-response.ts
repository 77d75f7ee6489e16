import { challenge } from '../http/challenge.ts'
import { type Answer, answerWith, type Problem, problem } from '../http/problem.ts'
import type { Refusal } from './decision.ts'

/** What a refusal's answer needs beside the refusal itself. */
export type RefusalContext = {
  readonly requestId: string
  readonly corsHeaders: readonly string[]
}

/**
 * Refusals in the words of RFC 6750 and RFC 9457. There are as many as routes times reasons, and each is put together once:
 * what differs from request to request is the request id, CORS and Retry-After.
 */
export function createRefusalAnswers(
  realm: string,
): <R>(refusal: Refusal<R>, context: RefusalContext) => Answer {
  /** By detail, which is one text for many requests, then by what else is in the answer. */
  const known = new Map<string, Map<string, Problem>>()

  function problemOf<R>(refusal: Refusal<R>): Problem {
    const { code, detail, allow = '', scopesNeeded = '' } = refusal
    const rest = code === 'insufficient_scope' ? code + scopesNeeded : code + allow
    return (
      known.get(detail)?.get(rest) ??
      remember(detail, rest, problem(code, detail, refusalHeaders(refusal, realm)))
    )
  }

  function remember(detail: string, rest: string, made: Problem): Problem {
    if (known.size >= mostDetails) known.clear()
    const others = known.get(detail) ?? new Map<string, Problem>()
    known.set(detail, others.set(rest, made))
    return made
  }

  return (refusal, { requestId, corsHeaders }) => {
    const made = problemOf(refusal)
    if (made.status !== 503) return answerWith(made, requestId, corsHeaders)
    const seconds = String(refusal.retryAfterSeconds ?? 1)
    return answerWith(made, requestId, ['Retry-After', seconds, ...corsHeaders])
  }
}

/** There are fewer: a text that should ever hold something of a request must not fill the memory. */
const mostDetails = 200

function refusalHeaders<R>(refusal: Refusal<R>, realm: string): string[] {
  const headers: string[] = []
  const value = challengeFor(refusal, realm)
  if (value !== undefined) headers.push('WWW-Authenticate', value)
  if (refusal.allow !== undefined) headers.push('Allow', refusal.allow)
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
        scope: refusal.scopesNeeded ?? '',
      })
    case 'condition_failed':
      return challenge({ realm, error: 'insufficient_scope', errorDescription: refusal.detail })
    default:
      return undefined
  }
}
