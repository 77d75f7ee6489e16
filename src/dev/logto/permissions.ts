import type { LogtoData } from './data.ts'
import type { Organization, OrganizationRole } from './organization.ts'

/** A member of organizations: a user, or a machine. */
export type Member = { readonly id: string; readonly roles: readonly string[] }

export function findOrganization(data: LogtoData, id: string): Organization | undefined {
  return data.organizations?.find((organization) => organization.id === id)
}

/** Names of the member's roles in an organization; undefined for who is no member. */
export function rolesInOrganization(
  { members, machines = {} }: Organization,
  id: string,
): string[] | undefined {
  return members[id] ?? machines[id]
}

/** The permissions on a resource that a member has in this organization, and nowhere else. */
export function permissionsIn(
  data: LogtoData,
  organization: Organization,
  { id }: Member,
  indicator: string,
): string[] {
  const resource = data.resources.find((candidate) => candidate.indicator === indicator)
  const held = heldRoles(data, organization, id).flatMap(({ permissions }) => permissions[indicator] ?? [])
  return resource?.permissions.filter((permission) => held.includes(permission)) ?? []
}

/**
 * The permissions on a resource by roles, and by roles in any organization: Logto does not ask which one when
 * a token names none.
 */
export function permissionsAnywhere(data: LogtoData, member: Member, indicator: string): string[] {
  const resource = data.resources.find((candidate) => candidate.indicator === indicator)
  const held = new Set([
    ...permissionsOf(data, member.roles, indicator),
    ...(data.organizations ?? []).flatMap((one) => permissionsIn(data, one, member, indicator)),
  ])
  return resource?.permissions.filter((permission) => held.has(permission)) ?? []
}

/** The organization scopes that a member has in this organization. */
export function scopesIn(data: LogtoData, organization: Organization, { id }: Member): string[] {
  const held = heldRoles(data, organization, id).flatMap(({ scopes }) => scopes)
  return organizationScopesOf(data).filter((name) => held.includes(name))
}

export function organizationScopesOf({ organizationScopes = [] }: LogtoData): string[] {
  return organizationScopes.map(({ name }) => name)
}

function heldRoles(data: LogtoData, organization: Organization, id: string): OrganizationRole[] {
  const names = rolesInOrganization(organization, id) ?? []
  return (data.organizationRoles ?? []).filter(({ name }) => names.includes(name))
}

/** The permissions that these roles grant on a resource, in the order in which the resource lists them. */
export function permissionsOf(data: LogtoData, roleNames: readonly string[], indicator: string): string[] {
  const resource = data.resources.find((candidate) => candidate.indicator === indicator)
  const held = data.roles
    .filter((role) => roleNames.includes(role.name))
    .flatMap((role) => role.permissions[indicator] ?? [])
  return resource?.permissions.filter((permission) => held.includes(permission)) ?? []
}
