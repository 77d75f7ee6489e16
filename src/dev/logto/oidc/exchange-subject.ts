import { createLocalJWKSet, jwtVerify } from 'jose'
import type { TokenEndpointGrantContext } from 'oidc-provider'
import type { LogtoData, PersonalAccessToken, User } from '../data.ts'
import { findUser } from './account.ts'
import type { KeyRing } from './key-ring.ts'
import type { OidcProvider } from './load-provider.ts'

export type SubjectOptions = {
  readonly oidc: OidcProvider
  readonly data: LogtoData
  readonly keyRing: KeyRing
}

/**
 * The user for whom a token is asked. Throws `InvalidGrant` for a token that is none, whose user is suspended
 * or gone, or of the wrong type.
 */
export async function subjectOf(options: SubjectOptions, ctx: TokenEndpointGrantContext): Promise<User> {
  const { oidc, data } = options
  const { subject_token: token, subject_token_type: type } = ctx.oidc.params as Record<string, unknown>
  if (typeof token !== 'string' || typeof type !== 'string')
    throw new oidc.errors.InvalidRequest('missing required parameter(s) (subject_token, subject_token_type)')
  const user = findUser(data, await userIdOf(options, ctx, token, type))
  if (user === undefined) throw new oidc.errors.InvalidGrant('subject token is invalid')
  return user
}

async function userIdOf(
  { data, keyRing }: SubjectOptions,
  ctx: TokenEndpointGrantContext,
  token: string,
  type: string,
): Promise<string | undefined> {
  switch (type) {
    case 'urn:logto:token-type:personal_access_token':
      return data.users.find(({ personalAccessTokens = [] }) =>
        personalAccessTokens.some((one) => isValid(one, token)),
      )?.id
    case 'urn:ietf:params:oauth:token-type:access_token':
      if (token.startsWith('sub_')) return impersonated(data, token)
      if (token.includes('.')) return jwtSubject(keyRing, token)
      return (await ctx.oidc.provider.AccessToken.find(token))?.accountId
    default:
      return undefined
  }
}

function isValid({ value, expiresAt = Infinity }: PersonalAccessToken, token: string): boolean {
  return value === token && Date.now() < expiresAt
}

/** A token of impersonation works once. */
function impersonated(data: LogtoData, token: string): string | undefined {
  const { subjectTokens = [] } = data
  const found = subjectTokens.find(({ value }) => value === token)
  data.subjectTokens = subjectTokens.filter((one) => one !== found)
  return found !== undefined && Date.now() < found.expiresAt ? found.userId : undefined
}

/** Undefined for an ID token, which has no such type. The subject of a machine's token is no user. */
async function jwtSubject(keyRing: KeyRing, token: string): Promise<string | undefined> {
  const keys = createLocalJWKSet({ keys: keyRing.keys.map(({ d: _, ...key }) => key) })
  const verified = await jwtVerify(token, keys, { typ: 'at+jwt' }).catch(() => undefined)
  return verified?.payload.sub
}
