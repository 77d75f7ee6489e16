import type { IssuerResponse } from './call-issuer.ts'
import { isJsonObject } from './json-object.ts'
import type { IssuerEndpoint } from './options.ts'
import { printableUrl } from './printable-url.ts'

/**
 * The issuer could not be asked, or its answer is not what it should be. The message says what came and what
 * to do. It holds no token and no secret, and nothing of the answer but a code of OAuth.
 */
export class EndpointFault extends Error {
  /** The issuer asks to be left alone for so long, in milliseconds. */
  readonly pauseMs: number | undefined

  constructor(message: string, pauseMs?: number) {
    super(message)
    this.name = 'EndpointFault'
    this.pauseMs = pauseMs
  }
}

/** An answer of the issuer that is no answer to what was asked. */
export function unexpected(response: IssuerResponse, endpoint: IssuerEndpoint): EndpointFault {
  const { status, url } = response
  const error = errorOf(response)
  const came = `${printableUrl(url)} answered ${status}${error === undefined ? '' : ` ${error}`}`
  return new EndpointFault(`${came}: ${mendOf(status, error, endpoint)}`, pauseOf(response))
}

/** The JSON object in an answer. */
export function jsonObjectIn(
  { url, headers, text }: IssuerResponse,
  endpoint: IssuerEndpoint,
): Record<string, unknown> {
  const mend = `check that this is the ${endpoint} endpoint (issuer.${endpoint}Endpoint)`
  const type = headers['content-type'] ?? ''
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type))
    throw new EndpointFault(`${printableUrl(url)} answered with another content type than JSON: ${mend}`)
  const value = parsed(text)
  if (isJsonObject(value)) return value
  throw new EndpointFault(`${printableUrl(url)} did not answer with a JSON object: ${mend}`)
}

/**
 * The code of an error (RFC 6749 section 5.2), when it looks like one. Nothing else of an answer is printed:
 * a description may quote what was sent.
 */
export function errorOf({ text }: IssuerResponse): string | undefined {
  const value = parsed(text)
  const error = isJsonObject(value) ? value['error'] : undefined
  return typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? error : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function mendOf(status: number, error: string | undefined, endpoint: IssuerEndpoint): string {
  const byError = mends[error ?? '']
  if (byError !== undefined) return byError
  if (status === 429) return 'it takes no more calls at the moment; lower tokens.exchange.inFlight'
  if (status === 401) return 'check issuer.client: its id, its secret, and whether that has expired'
  if (status >= 500) return 'look into the log of the issuer'
  if (status >= 300 && status < 400) return `set issuer.${endpoint}Endpoint to where it redirects`
  return `check that this is the ${endpoint} endpoint (issuer.${endpoint}Endpoint)`
}

const mends: Readonly<Record<string, string>> = {
  invalid_client: 'check issuer.client: its id, its secret, and whether that has expired',
  invalid_request:
    'check the application of issuer.client in Logto: its secret must be valid, and for tokens.opaque: ' +
    'exchange it must be allowed to exchange tokens (allowTokenExchange)',
  invalid_target: 'the issuer knows no such API: apis.*.resource must be its identifier, byte for byte',
  unauthorized_client: 'allow the application of issuer.client to exchange tokens (allowTokenExchange)',
  unsupported_grant_type: 'this issuer exchanges no tokens: choose another tokens.opaque',
  unsupported_token_type: 'this issuer does not introspect such tokens: choose another tokens.opaque',
}

/** Longest pause that an issuer is granted, in milliseconds. */
const longestPauseMs = 300_000

/** RFC 9110 section 10.2.3: seconds, or a date. */
function pauseOf({ status, headers }: IssuerResponse): number | undefined {
  if (status !== 429 && status !== 503) return undefined
  const after = headers['retry-after']
  if (after === undefined) return status === 429 ? 1000 : undefined
  const ms = /^\d+$/.test(after) ? Number(after) * 1000 : Date.parse(after) - Date.now()
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), longestPauseMs) : 1000
}
