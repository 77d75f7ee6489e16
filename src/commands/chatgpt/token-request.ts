import { CheckFault } from './check-fault.ts'
import type { Exchange } from './exchange.ts'
import { membersOf, short } from './json-members.ts'
import { mendOf } from './mends.ts'
import type { ClientAuthentication, OAuthEndpoints, Tokens, Visit } from './visit.ts'

export type Grant = Readonly<Record<string, string>>

/**
 * One call of the token endpoint. It is tried in each of these ways until the client is accepted: a client
 * that is not costs neither code nor refresh token. Throws a `CheckFault`.
 */
export async function requestTokens(
  visit: Visit,
  endpoints: OAuthEndpoints,
  grant: Grant,
  ways: readonly ClientAuthentication[],
): Promise<Tokens> {
  let refused: Exchange | undefined
  for (const way of ways) {
    const exchange = await post(visit, endpoints, grant, way)
    if (exchange.status === 200) return tokensIn(visit, exchange, way)
    refused ??= exchange
    if (membersOf(exchange)?.['error'] !== 'invalid_client') throw refusal(visit, exchange)
  }
  throw refused === undefined ? new Error('no way to authenticate') : refusal(visit, refused)
}

/** ChatGPT by default, and by its other setting. */
export function waysOf({ subject }: Visit): readonly ClientAuthentication[] {
  return subject.client.secret === undefined ? ['none'] : ['post', 'basic']
}

function post(
  { subject, mask, askGateway, askServer }: Visit,
  { token }: OAuthEndpoints,
  grant: Grant,
  way: ClientAuthentication,
): Promise<Exchange> {
  const { surface, chatgpt, client } = subject
  const isFacade = surface === 'actions' && chatgpt.facade !== undefined
  const { id, secret = '' } = client
  // RFC 6749 section 2.3.1: encoded as in a form, then as Basic.
  const basic = Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')
  if (secret !== '') mask.hide(basic)
  const sent = {
    method: 'POST',
    url: token,
    headers: { Accept: 'application/json', ...(way === 'basic' && { Authorization: `Basic ${basic}` }) },
    form: {
      ...grant,
      ...(surface === 'mcp' && { resource: chatgpt.resource }),
      ...(way !== 'basic' && { client_id: id }),
      ...(way === 'post' && { client_secret: secret }),
    },
  }
  return isFacade ? askGateway(sent) : askServer(sent)
}

function tokensIn({ mask }: Visit, exchange: Exchange, authentication: ClientAuthentication): Tokens {
  const {
    access_token: accessToken,
    token_type: type,
    refresh_token: refreshToken,
  } = membersOf(exchange) ?? {}
  for (const secret of [accessToken, refreshToken]) if (typeof secret === 'string') mask.hide(secret)
  if (typeof accessToken !== 'string' || !/^[\w.~+/-]+=*$/.test(accessToken))
    throw new CheckFault('the answer holds no access token', notOAuth, exchange)
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer')
    throw new CheckFault(`token_type is ${short(type)}, not Bearer`, notOAuth, exchange)
  const more = typeof refreshToken === 'string' ? { refreshToken } : {}
  return { accessToken, ...more, exchange, authentication }
}

const notOAuth = 'the token URL must be that of the gateway or of the authorization server: compare it'

function refusal({ subject }: Visit, exchange: Exchange): CheckFault {
  const { error, error_description: description } = membersOf(exchange) ?? {}
  if (typeof error !== 'string')
    return new CheckFault(`the token URL answers ${exchange.status}`, notOAuth, exchange)
  const words = typeof description === 'string' ? `: ${short(description)}` : ''
  const mend = mendOf(error, subject) ?? 'see in the log of the authorization server what it misses'
  return new CheckFault(`${exchange.status} ${short(error)}${words}`, mend, exchange)
}
