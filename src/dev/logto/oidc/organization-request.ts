import type { KoaContextWithOIDC } from 'oidc-provider'
import type { LogtoData } from '../data.ts'
import type { Organization } from '../organization.ts'
import { findOrganization, rolesInOrganization } from '../permissions.ts'
import type { OidcProvider } from './load-provider.ts'

/** Names the permissions of organizations at /oidc/auth, where no organization is known yet. */
export const organizationsResource = 'urn:logto:resource:organizations'
export const organizationsScope = 'urn:logto:scope:organizations'

/** The `organization_id` of a request to the token endpoint, for the grants that know it. */
export function organizationIdOf(ctx: KoaContextWithOIDC): string | undefined {
  const id = ctx.oidc.params?.['organization_id']
  return typeof id === 'string' && id !== '' ? id : undefined
}

/**
 * The organization that a request names; undefined when it names none. Throws 403 `access_denied` when the
 * user or machine is no member of it.
 */
export function organizationOf(
  oidc: OidcProvider,
  data: LogtoData,
  ctx: KoaContextWithOIDC,
): Organization | undefined {
  const id = organizationIdOf(ctx)
  if (id === undefined) return undefined
  const { account, client } = ctx.oidc
  const organization = findOrganization(data, id)
  const memberId = account?.accountId ?? client?.clientId ?? ''
  if (organization !== undefined && rolesInOrganization(organization, memberId) !== undefined)
    return organization
  const problem =
    account === undefined
      ? 'app has not associated with the organization'
      : 'user is not a member of the organization'
  throw Object.assign(new oidc.errors.AccessDenied(problem), { statusCode: 403, status: 403 })
}
