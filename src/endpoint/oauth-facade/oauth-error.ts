import type { Code } from '../../errors.ts'
import { asciiJson } from '../../http/ascii-json.ts'
import type { Responded } from '../own-endpoint.ts'

/** An error of the token endpoint (RFC 6749 section 5.2). */
export type OAuthError = {
  readonly status: number
  readonly error: string
  /** For ChatGPT, whose editor shows exactly this to the author of a GPT. */
  readonly description: string
  readonly code: Code
  /** For the log. Default: the description */
  readonly detail?: string
  readonly retryAfterSeconds?: number
  /** The client said who it is by Authorization: then a 401 has a challenge. */
  readonly challenged?: boolean
}

/** RFC 6749 section 5.1: no cache keeps tokens. */
export const tokenHeaders: readonly string[] = [
  'Content-Type',
  'application/json',
  'Cache-Control',
  'no-store',
  'Pragma',
  'no-cache',
]

export function oauthErrorResponse(fault: OAuthError): Responded {
  const { status, error, description, code, detail = description, retryAfterSeconds, challenged } = fault
  return {
    outcome: 'respond',
    status,
    headers: [
      ...tokenHeaders,
      ...(retryAfterSeconds === undefined ? [] : ['Retry-After', String(retryAfterSeconds)]),
      ...(challenged === true ? ['WWW-Authenticate', 'Basic realm="oauth"'] : []),
    ],
    body: asciiJson({ error, error_description: describable(description) }),
    problem: { code, detail },
  }
}

/** With only those characters that an error description may have (RFC 6749 section 5.2). */
export function describable(text: string): string {
  return text.replaceAll('"', "'").replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?')
}

export function invalidRequest(description: string, status = 400): OAuthError {
  return { status, error: 'invalid_request', description, code: 'oauth_request_refused' }
}
