import type { Code } from '../errors.ts'
import { challenge } from '../http/challenge.ts'
import { type Problem, problem, problemResponse, type TextResponse } from '../http/problem.ts'
import { memo, memoByObject } from '../memo.ts'
import type { Refusal } from './decision.ts'
import type { Discovery } from './discovery.ts'

/** Everything that a response to a refusal needs in addition to the refusal itself. */
export type RefusalContext = {
  readonly requestId: string
  readonly corsHeaders: readonly string[]
}

/** As much of a route as a refusal tells. */
type RefusedRoute = { readonly discovery: Discovery | undefined }

export type RefusalResponses = <R extends RefusedRoute>(
  refusal: Refusal<R>,
  context: RefusalContext,
) => TextResponse

/**
 * Puts refusals into the words of RFC 6750 and RFC 9457. There are as many as routes times reasons, and each
 * is put together once: only the request id, CORS and Retry-After differ from request to request.
 */
export function createRefusalResponses(realm: string): RefusalResponses {
  const withoutMetadata = rememberProblems({ realm })
  const withMetadata = memoByObject((discovery: Discovery) => rememberProblems({ realm, discovery }))
  return (refusal, { requestId, corsHeaders }) => {
    const { code, detail, route } = refusal
    const problemFor = route?.discovery === undefined ? withoutMetadata : withMetadata(route.discovery)
    const made = problemFor(detail)(code)(moreOf(refusal))
    if (made.status !== 503) return problemResponse(made, requestId, corsHeaders)
    const seconds = String(refusal.retryAfterSeconds ?? 1)
    return problemResponse(made, requestId, ['Retry-After', seconds, ...corsHeaders])
  }
}

function moreOf<R>({ code, allow = '', scopesNeeded = '', description = '' }: Refusal<R>): string {
  if (code === 'insufficient_scope') return scopesNeeded
  return code === 'invalid_token' ? description : allow
}

/**
 * Remembers problems by detail, by code, and by what else is in the response: the methods for a 405, the
 * scopes or the description for a challenge. There are three keys, because each is a text that is already
 * there, while one that is put together of them would be new for every request.
 */
function rememberProblems(about: About): (detail: string) => (code: Code) => (more: string) => Problem {
  return memo(
    (detail) =>
      memo((code: Code) =>
        memo((more) => problem(code, detail, refusalHeaders(code, detail, more, about)), memoLimits),
      ),
    memoLimits,
  )
}

/**
 * There are as many details as requirements times sets of scopes that tokens hold: many, but not without end.
 */
const memoLimits = { most: 1000, longestKey: 1000 }

/** Everything that all challenges of an API have in common. */
type About = { readonly realm: string; readonly discovery?: Discovery }

function refusalHeaders(code: Code, detail: string, more: string, about: About): string[] {
  if (code === 'method_not_allowed') return ['Allow', more]
  const value = challengeFor(code, detail, more, about)
  return value === undefined ? [] : ['WWW-Authenticate', value]
}

/**
 * Names no error code where no credentials were sent, and the scope only where scopes were the reason (RFC
 * 6750 section 3.1), or where clients learn from a 401 which ones there are.
 */
function challengeFor(
  code: Code,
  detail: string,
  more: string,
  { realm, discovery }: About,
): string | undefined {
  const published = discovery && { resourceMetadata: discovery.metadataUrl }
  const scope = discovery?.scopes ? { scope: discovery.scopes } : {}
  switch (code) {
    case 'token_missing':
    case 'unsupported_credentials':
      return challenge({ realm, ...scope, ...published })
    case 'invalid_request':
      return challenge({ realm, error: code, errorDescription: detail, ...published })
    case 'invalid_token':
      return challenge({ realm, error: code, errorDescription: more || detail, ...scope, ...published })
    case 'insufficient_scope':
      return challenge({ realm, error: code, errorDescription: detail, scope: more, ...published })
    case 'condition_failed':
      return challenge({ realm, error: 'insufficient_scope', errorDescription: detail, ...published })
    default:
      return undefined
  }
}
