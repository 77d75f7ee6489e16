import type { KoaContextWithOIDC } from 'oidc-provider'
import { type Application, type LogtoData, permissionsOf } from '../data.ts'
import type { OidcProvider } from './load-provider.ts'

/**
 * A grant of the scopes that are asked for and held. The others are dropped without an error, as in Logto.
 */
export async function createGrant(data: LogtoData, ctx: KoaContextWithOIDC) {
  const { account, client, session } = ctx.oidc
  const accountId = account?.accountId ?? session?.accountId
  if (accountId === undefined || client === undefined) return undefined
  const grant = new ctx.oidc.provider.Grant({ accountId, clientId: client.clientId })
  grant.addOIDCScope([...ctx.oidc.requestParamOIDCScopes].join(' '))
  for (const indicator of Object.keys(ctx.oidc.resourceServers ?? {})) {
    const held = grantable(data, ctx, indicator).filter((scope) => ctx.oidc.requestParamScopes.has(scope))
    grant.addResourceScope(indicator, held.join(' '))
  }
  await grant.save()
  return grant
}

/**
 * The resource of a request that names none. The provider asks for it at /oidc/auth and for
 * client_credentials, and at the token endpoint when a grant has several resources.
 */
export function defaultResource(
  oidc: OidcProvider,
  data: LogtoData,
  ctx: KoaContextWithOIDC,
): string | undefined {
  if (data.defaultApi !== undefined) return data.defaultApi
  if (ctx.oidc.params?.['grant_type'] === 'client_credentials') {
    throw new oidc.errors.InvalidTarget('both `resource` and `organization_id` are not provided')
  }
  return undefined
}

/**
 * Before the user is known every permission may be asked for. The grant keeps those that the user's roles
 * hold.
 */
export function grantable(data: LogtoData, ctx: KoaContextWithOIDC, indicator: string): string[] {
  const user = data.users.find((candidate) => candidate.id === ctx.oidc.account?.accountId)
  if (user !== undefined) return permissionsOf(data, user.roles, indicator)
  const application = findApplication(data, ctx.oidc.client?.clientId)
  if (application?.type === 'MachineToMachine') return permissionsOf(data, application.roles, indicator)
  return data.resources.find((candidate) => candidate.indicator === indicator)?.permissions ?? []
}

export async function findAccount(data: LogtoData, id: string) {
  const user = data.users.find((candidate) => candidate.id === id)
  if (user === undefined || user.isSuspended === true) return undefined
  const { username, name, email } = user
  const claims = {
    sub: id,
    name,
    username,
    preferred_username: username,
    picture: null,
    email,
    email_verified: true,
  }
  return { accountId: id, claims: () => ({ ...claims, created_at: startedAt, updated_at: startedAt }) }
}

/** In milliseconds as Logto sends it, although OpenID Connect says seconds. */
const startedAt = Date.now()

export function alwaysRefreshes(data: LogtoData, clientId: string): boolean {
  return findApplication(data, clientId)?.alwaysIssueRefreshToken === true
}

function findApplication(data: LogtoData, id: string | undefined): Application | undefined {
  return data.applications.find((candidate) => candidate.id === id)
}
