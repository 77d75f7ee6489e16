import { randomBytes } from 'node:crypto'
import type { Provider } from 'oidc-provider'
import {
  type Application,
  type LogtoData,
  type PersonalAccessToken,
  permissionsOf,
  type User,
} from '../data.ts'
import { isAllowedOrigin, originProblem } from './allowed-origin.ts'
import { errorBody } from './dress-response.ts'
import type { KeyRing } from './key-ring.ts'

export const exchangeGrantType = 'urn:ietf:params:oauth:grant-type:token-exchange'

export type ExchangeRequest = {
  readonly form: URLSearchParams
  readonly authorization: string | undefined
  readonly origin: string | undefined
}

export type ExchangeAnswer = { readonly status: number; readonly body: object }

export type ExchangeServer = {
  readonly provider: Provider
  readonly data: LogtoData
  readonly keyRing: KeyRing
}

/** Token exchange (RFC 8693) as Logto does it: of opaque and personal access tokens, into a JWT. */
export async function exchangeToken(
  { form, authorization, origin }: ExchangeRequest,
  { provider, data, keyRing }: ExchangeServer,
): Promise<ExchangeAnswer> {
  const [id, secret] = credentialsOf(form, authorization)
  const client = data.applications.find((candidate) => candidate.id === id)
  if (client === undefined) return failure(400, 'invalid_client', 'invalid client ID')
  if (origin !== undefined && !isAllowedOrigin(client, origin))
    return failure(400, 'invalid_request', originProblem(origin, client.id))
  if (client.secret !== secret) return failure(401, 'invalid_client', 'client authentication failed')
  if (client.allowTokenExchange !== true)
    return failure(400, 'invalid_request', 'requested grant type is not allowed for this client')
  const resource = data.resources.find(({ indicator }) => indicator === form.get('resource'))
  if (resource === undefined)
    return failure(400, 'invalid_target', 'resource indicator is missing, or unknown')
  const user = await subjectOf(form, provider, data)
  if (user === undefined || user.isSuspended === true)
    return failure(400, 'invalid_grant', 'grant request is invalid')
  const asked = (form.get('scope') ?? '').split(' ')
  const held = permissionsOf(data, user.roles, resource.indicator)
  const scope = held.filter((permission) => asked.includes(permission)).join(' ')
  const issued = { user, client, resource: resource.indicator, ttl: resource.accessTokenTtl, scope }
  return issue(issued, provider, keyRing)
}

/** By header or form (RFC 6749 section 2.3.1). */
function credentialsOf(form: URLSearchParams, authorization: string | undefined): string[] {
  const basic = /^basic (.+)$/i.exec(authorization ?? '')?.[1]
  if (basic === undefined) return [form.get('client_id') ?? '', form.get('client_secret') ?? '']
  const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString().split(':')
  return [id, secret].map((part) => decodeURIComponent(part.replaceAll('+', ' ')))
}

async function subjectOf(
  form: URLSearchParams,
  provider: Provider,
  data: LogtoData,
): Promise<User | undefined> {
  const token = form.get('subject_token') ?? ''
  switch (form.get('subject_token_type')) {
    case 'urn:logto:token-type:personal_access_token':
      return data.users.find(({ personalAccessTokens = [] }) =>
        personalAccessTokens.some((one) => isValid(one, token)),
      )
    case 'urn:ietf:params:oauth:token-type:access_token': {
      const found = await provider.AccessToken.find(token)
      return data.users.find(({ id }) => id === found?.accountId)
    }
    default:
      return undefined
  }
}

function isValid({ value, expiresAt = Infinity }: PersonalAccessToken, token: string): boolean {
  return value === token && Date.now() < expiresAt
}

type Issued = {
  readonly user: User
  readonly client: Application
  readonly resource: string
  readonly ttl: number
  readonly scope: string
}

async function issue(issued: Issued, provider: Provider, keyRing: KeyRing): Promise<ExchangeAnswer> {
  const { user, client, resource, ttl, scope } = issued
  const iat = Math.floor(Date.now() / 1000)
  const accessToken = await keyRing.sign({
    jti: randomBytes(32).toString('base64url'),
    sub: user.id,
    iat,
    exp: iat + ttl,
    scope,
    client_id: client.id,
    iss: provider.issuer,
    aud: resource,
  })
  const body = { access_token: accessToken, expires_in: ttl, scope, token_type: 'Bearer' }
  return { status: 200, body }
}

function failure(status: number, error: string, description: string): ExchangeAnswer {
  return { status, body: errorBody({ error, error_description: description }) }
}
