/**
 * Every code that a refusal, a fault or a log line can carry, once, with its HTTP status and its meaning.
 * A refusal is a value (`access/decision.ts`) and is never thrown.
 */
export const codes = {
  ambiguous_target: { status: 400, title: 'The request target can be read in more than one way' },
  malformed_request: { status: 400, title: 'The request is malformed' },
  method_override: { status: 400, title: 'The request asks for another method than its own' },
  unsupported_upgrade: { status: 400, title: 'This upgrade is not offered here' },
  oauth_request_refused: { status: 400, title: 'The OAuth request is not accepted' },
  oauth_token_refused: { status: 400, title: 'The access token does not fit the API' },
  authorization_server_refused: { status: 400, title: 'The authorization server refused the request' },
  invalid_request: { status: 400, title: 'The credentials are malformed' },
  token_missing: { status: 401, title: 'An access token is needed' },
  invalid_token: { status: 401, title: 'The access token is not accepted' },
  unsupported_credentials: { status: 401, title: 'These credentials sign a connection in' },
  signature_invalid: { status: 401, title: 'The signature is not accepted' },
  oauth_client_refused: { status: 401, title: 'The OAuth client is not known here' },
  address_not_allowed: { status: 403, title: 'This client address is not allowed' },
  insufficient_scope: { status: 403, title: 'The access token lacks a scope' },
  condition_failed: { status: 403, title: 'The access token does not meet a condition' },
  not_found: { status: 404, title: 'No route is declared for this path' },
  method_not_allowed: { status: 405, title: 'This path does not list this method' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  body_too_large: { status: 413, title: 'The request body is too large' },
  target_too_long: { status: 414, title: 'The request target is too long' },
  expectation_failed: { status: 417, title: 'The expectation cannot be met' },
  rate_limited: { status: 429, title: 'Too many requests' },
  headers_too_large: { status: 431, title: 'The request header fields are too large' },
  client_closed: { status: 499, title: 'The client went away before the answer' },
  internal_error: { status: 500, title: 'The gateway failed' },
  upstream_unreachable: { status: 502, title: 'The upstream cannot be reached' },
  upstream_protocol: { status: 502, title: 'The upstream answered with broken HTTP' },
  authorization_server_protocol: { status: 502, title: 'The authorization server did not answer with OAuth' },
  authorization_server_unavailable: { status: 503, title: 'The authorization server cannot be reached' },
  upstream_busy: { status: 503, title: 'The upstream queue is full' },
  issuer_unavailable: { status: 503, title: 'The access token cannot be verified at the moment' },
  verification_busy: { status: 503, title: 'Too many access tokens wait for their verification' },
  revocation_not_kept: { status: 503, title: 'The revocation could not be kept' },
  gateway_stopping: { status: 503, title: 'The gateway is stopping' },
  upstream_timeout: { status: 504, title: 'The upstream did not answer in time' },
  version_not_supported: { status: 505, title: 'This HTTP version is not supported' },
} as const satisfies Record<string, { status: number; title: string }>

export type Code = keyof typeof codes

/** The message of whatever was thrown, for a log line. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown'
}

/**
 * The kind of a fault and where it happened, for a log line. The message is left out: it may quote a request.
 */
export function describeFault(fault: unknown): string {
  if (!(fault instanceof Error)) return typeof fault
  // The stack begins with the message, which may have several lines.
  const frames = (fault.stack ?? '').split('\n').filter((line) => /^ +at /.test(line))
  return [fault.name, ...codeOf(fault), ...frames.slice(0, 5).map((line) => line.trim())].join(' ')
}

/** The code of an error of Node or of the system. Any other may hold something of a request. */
function codeOf(fault: Error): string[] {
  const code = 'code' in fault ? String(fault.code) : ''
  return /^[A-Z][A-Z0-9_]+$/.test(code) ? [code] : []
}
