import type { AccountClaims } from 'oidc-provider'
import type { LogtoData, User } from '../data.ts'

/** The user of a session or of a token; undefined for who is suspended or gone. */
export function findUser(data: LogtoData, id: string | undefined): User | undefined {
  return data.users.find((user) => user.id === id && user.isSuspended !== true)
}

export function findAccount(data: LogtoData, id: string) {
  const user = findUser(data, id)
  return user && { accountId: id, claims: () => claimsOf(data, user) }
}

/** Which of these a scope shows. */
export const claimsByScope = {
  openid: ['sub'],
  profile: ['name', 'preferred_username', 'picture', 'updated_at', 'username', 'created_at'],
  email: ['email', 'email_verified'],
  phone: ['phone_number', 'phone_number_verified'],
  roles: ['roles'],
  custom_data: ['custom_data'],
  identities: ['identities', 'sso_identities'],
  'urn:logto:scope:organizations': ['organizations', 'organization_data'],
  'urn:logto:scope:organization_roles': ['organization_roles'],
}

function claimsOf(data: LogtoData, user: User): AccountClaims {
  const { id: sub, name, username, email, phone } = user
  const organizations = (data.organizations ?? []).filter(({ members }) => members[sub] !== undefined)
  return {
    sub,
    name: orNull(name),
    preferred_username: orNull(username),
    picture: orNull(user.avatar),
    updated_at: startedAt,
    username: orNull(username),
    created_at: startedAt,
    email: orNull(email),
    email_verified: email !== '',
    phone_number: orNull(phone),
    phone_number_verified: phone !== undefined && phone !== '',
    roles: user.roles,
    custom_data: user.customData ?? {},
    identities: {},
    sso_identities: [],
    organizations: organizations.map(({ id }) => id),
    organization_data: organizations.map(({ id, name, description = null }) => ({ id, name, description })),
    organization_roles: organizations.flatMap(({ id, members }) =>
      (members[sub] ?? []).map((role) => `${id}:${role}`),
    ),
  }
}

/** In milliseconds as Logto sends it, although OpenID Connect says seconds. */
const startedAt = Date.now()

function orNull(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text
}
