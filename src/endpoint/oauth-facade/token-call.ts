import type { IncomingHttpHeaders } from 'node:http'
import { messageOf } from '../../errors.ts'
import { callIssuer, type IssuerResponse } from '../../issuer/call-issuer.ts'
import type { IssuerConnection } from '../../issuer/options.ts'
import { printableUrl } from '../../issuer/printable-url.ts'
import { parseStrictJson } from '../../token/jwt/strict-json.ts'
import type { OAuthError } from './oauth-error.ts'

/** The word of the authorization server on a token request: one JSON object. */
export type TokenAnswer = {
  readonly status: number
  readonly members: Readonly<Record<string, unknown>>
  /** Those of its headers that are handed on: names and values in turn. */
  readonly headers: readonly string[]
}

export type TokenCall = {
  readonly url: string
  readonly connection: IssuerConnection
  readonly form: Readonly<Record<string, string>>
  readonly authorization: string | undefined
  readonly signal: AbortSignal
}

/** Longest time for everything that one token request asks, in milliseconds. */
export const tokenCallMs = 10_000

/** Asks the token endpoint. Never rejects. The request is made anew: no header of the client is in it. */
export async function askTokenEndpoint(call: TokenCall): Promise<TokenAnswer | OAuthError> {
  const { url, connection, form, authorization, signal } = call
  try {
    const response = await callIssuer(
      url,
      connection,
      {
        method: 'POST',
        headers: {
          Accept: 'application/json',
          'Content-Type': 'application/x-www-form-urlencoded',
          ...(authorization !== undefined && { Authorization: authorization }),
        },
        body: new URLSearchParams(form).toString(),
        followRedirects: false,
      },
      signal,
    )
    return read(response)
  } catch (error) {
    return unavailable(
      signal.aborted
        ? `${printableUrl(url)} did not answer within ${tokenCallMs / 1000} s`
        : messageOf(error),
    )
  }
}

function read(response: IssuerResponse): TokenAnswer | OAuthError {
  const { status, headers, text, url } = response
  const where = printableUrl(url)
  if (status === 429) return busy(where, headers)
  const members = parseStrictJson(Buffer.from(text))
  if (members !== undefined && (status === 200 || (status >= 400 && status < 600)))
    return { status, members, headers: handedOn(headers) }
  if (status >= 502 && status <= 504) return unavailable(`${where} answered ${status}`, waitOf(headers))
  return broken(`${where} answered ${status} without one JSON object: check issuer.tokenEndpoint`)
}

/** The seconds after which a client may try again, when nobody says it. */
export const retrySeconds = 5

export function unavailable(detail: string, retryAfterSeconds = retrySeconds): OAuthError {
  return {
    status: 503,
    error: 'temporarily_unavailable',
    description: 'The authorization server cannot be reached at the moment: try again',
    code: 'authorization_server_unavailable',
    detail,
    retryAfterSeconds,
  }
}

function busy(where: string, headers: IncomingHttpHeaders): OAuthError {
  return {
    status: 429,
    error: 'temporarily_unavailable',
    description: 'The authorization server takes no more requests at the moment: try again',
    code: 'rate_limited',
    detail: `${where} answered 429: lower chatgpt.limits.total, so that it is left room for others`,
    retryAfterSeconds: waitOf(headers),
  }
}

export function broken(detail: string): OAuthError {
  return {
    status: 502,
    error: 'server_error',
    description:
      'The authorization server answered with something else than OAuth: the log of the gateway says what',
    code: 'authorization_server_protocol',
    detail,
  }
}

/** Longest pause that is handed on, in seconds. */
const longestWait = 3600

function waitOf({ 'retry-after': after = '' }: IncomingHttpHeaders): number {
  return /^\d{1,9}$/.test(after) ? Math.min(Math.max(Number(after), 1), longestWait) : retrySeconds
}

/** Nothing else: cookies, HSTS and policies of another origin are not for the domain of the API. */
function handedOn(headers: IncomingHttpHeaders): string[] {
  const challenge = headers['www-authenticate']
  return [
    ...(headers['retry-after'] === undefined ? [] : ['Retry-After', String(waitOf(headers))]),
    ...(challenge !== undefined && /^[\x20-\x7e]{1,1000}$/.test(challenge)
      ? ['WWW-Authenticate', challenge]
      : []),
  ]
}
