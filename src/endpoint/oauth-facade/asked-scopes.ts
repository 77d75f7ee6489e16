import type { FacadeOptions } from './facade-options.ts'

/** By which a refresh token is given out (OpenID Connect Core section 11). */
const offlineAccess = 'offline_access'
/** Without it, Logto refuses to give out tokens of an organization. */
const organizations = 'urn:logto:scope:organizations'

/**
 * The scopes that the authorization server is asked for; undefined when nothing of the API would be among
 * them. Without `scope` it is every configured one: ChatGPT sends an empty one when nobody filled its box.
 */
export function scopesToAsk(
  scope: string | undefined,
  { scopes, openid, refresh, organization }: Rules,
): readonly string[] | undefined {
  const asked = new Set(scope?.split(' ').filter((word) => word !== ''))
  const ofApi = asked.size === 0 ? scopes : scopes.filter((word) => asked.has(word))
  if (ofApi.length === 0) return undefined
  return [
    ...(openid === 'keep' && asked.has('openid') ? ['openid'] : []),
    ...(refresh ? [offlineAccess] : []),
    ...(organization === undefined ? [] : [organizations]),
    ...ofApi,
  ]
}

type Rules = Pick<FacadeOptions, 'scopes' | 'openid' | 'refresh' | 'organization'>
