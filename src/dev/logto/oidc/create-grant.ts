import type { KoaContextWithOIDC } from 'oidc-provider'
import type { LogtoData } from '../data.ts'
import type { OidcProvider } from './load-provider.ts'
import { organizationIdOf } from './organization-request.ts'
import { grantable } from './resource-server.ts'

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
  const isMachine = ctx.oidc.params?.['grant_type'] === 'client_credentials'
  if (isMachine && organizationIdOf(ctx) === undefined)
    throw new oidc.errors.InvalidTarget('both `resource` and `organization_id` are not provided')
  return undefined
}
