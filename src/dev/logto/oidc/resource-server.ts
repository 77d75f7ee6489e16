import type { KoaContextWithOIDC, ResourceServer } from 'oidc-provider'
import type { Application, LogtoData } from '../data.ts'
import type { Organization } from '../organization.ts'
import {
  type Member,
  organizationScopesOf,
  permissionsAnywhere,
  permissionsIn,
  scopesIn,
} from '../permissions.ts'
import type { KeyRing } from './key-ring.ts'
import type { OidcProvider } from './load-provider.ts'
import { organizationOf, organizationsResource } from './organization-request.ts'

export type ResourceOptions = {
  readonly oidc: OidcProvider
  readonly data: LogtoData
  readonly keyRing: KeyRing
}

/** The resource of a token, with the scopes that whoever asks may have. Throws `InvalidTarget`. */
export function resourceServer(
  { oidc, data, keyRing }: ResourceOptions,
  ctx: KoaContextWithOIDC,
  indicator: string,
): ResourceServer {
  const organization = organizationOf(oidc, data, ctx)
  const resource = data.resources.find((candidate) => candidate.indicator === indicator)
  if (resource === undefined && indicator !== organizationsResource) throw new oidc.errors.InvalidTarget()
  const isOrganization = resource === undefined && organization !== undefined
  return {
    scope: grantable(data, ctx, indicator, organization).join(' '),
    ...(isOrganization && { audience: `urn:logto:organization:${organization.id}` }),
    accessTokenFormat: 'jwt',
    accessTokenTTL: resource?.accessTokenTtl ?? 3600,
    jwt: { sign: { alg: keyRing.signingAlgorithm } },
  }
}

/**
 * Before the user is known every permission may be asked for. The grant keeps those that the user's roles
 * hold, and of them those that a third party may ask for.
 */
export function grantable(
  data: LogtoData,
  ctx: KoaContextWithOIDC,
  indicator: string,
  organization?: Organization,
): string[] {
  const application = findApplication(data, ctx.oidc.client?.clientId)
  const held = heldBy(data, memberOf(data, ctx, application), indicator, organization)
  if (application?.isThirdParty !== true) return held
  return held.filter((permission) => application.consent?.[indicator]?.includes(permission))
}

function heldBy(
  data: LogtoData,
  member: Member | undefined,
  indicator: string,
  organization: Organization | undefined,
): string[] {
  if (indicator === organizationsResource) return organizationScopes(data, member, organization)
  if (member === undefined)
    return data.resources.find((candidate) => candidate.indicator === indicator)?.permissions ?? []
  return organization === undefined
    ? permissionsAnywhere(data, member, indicator)
    : permissionsIn(data, organization, member, indicator)
}

function organizationScopes(
  data: LogtoData,
  member: Member | undefined,
  organization: Organization | undefined,
): string[] {
  if (member === undefined) return organizationScopesOf(data)
  const organizations = organization === undefined ? (data.organizations ?? []) : [organization]
  return [...new Set(organizations.flatMap((one) => scopesIn(data, one, member)))]
}

function memberOf(
  data: LogtoData,
  ctx: KoaContextWithOIDC,
  application: Application | undefined,
): Member | undefined {
  const user = data.users.find(({ id }) => id === ctx.oidc.account?.accountId)
  return user ?? (application?.type === 'MachineToMachine' ? application : undefined)
}

export function findApplication(data: LogtoData, id: string | undefined): Application | undefined {
  return data.applications.find((candidate) => candidate.id === id)
}
