import { isJsonObject } from '../../../issuer/json-object.ts'
import type { LogtoData } from '../data.ts'
import type { Organization, OrganizationRole, OrganizationScope } from '../organization.ts'
import type { NamedKind } from './named-routes.ts'
import { newId, type Objects } from './objects.ts'

export type OrganizationKinds = {
  readonly organizations: NamedKind<Organization>
  readonly roles: NamedKind<OrganizationRole>
  readonly scopes: NamedKind<OrganizationScope>
}

/** Organizations, and the template that they share. */
export function organizationKinds({ data, idOf }: Objects): OrganizationKinds {
  const scopeList = () => listOf(data, 'organizationScopes')
  const roleList = () => listOf(data, 'organizationRoles')
  const memberships = () =>
    listOf(data, 'organizations').flatMap(({ members, machines = {} }) => [members, machines])
  const replaceRole = (from: string, to: string[]) => {
    for (const roles of memberships())
      for (const [id, names] of Object.entries(roles))
        roles[id] = names.flatMap((name) => (name === from ? to : [name]))
  }
  const replaceScope = (from: string, to: string[]) => {
    for (const role of roleList()) role.scopes = role.scopes.flatMap((name) => (name === from ? to : [name]))
  }
  return {
    organizations: {
      path: 'organizations',
      list: () => listOf(data, 'organizations'),
      idOf: ({ id }) => id,
      make: ({ name, description, customData }) => ({
        ...{ id: newId().slice(0, 12), name: String(name), members: {} },
        ...(typeof description === 'string' && { description }),
        ...(isJsonObject(customData) && { customData }),
      }),
      view: ({ id, name, description = null, customData = {} }) => ({
        ...{ tenantId: 'default', id, name, description, customData, isMfaRequired: false },
      }),
      isUnique: false,
    },
    roles: {
      path: 'organization-roles',
      list: roleList,
      idOf,
      make: ({ name, description, type }) => ({
        ...{ name: String(name), scopes: [], permissions: {} },
        ...(typeof description === 'string' && { description }),
        ...(type === 'MachineToMachine' && { type }),
      }),
      view: (role) => {
        const { name, description = null, type = 'User' } = role
        return { tenantId: 'default', id: idOf(role), name, description, type }
      },
      renamed: (from, to) => replaceRole(from, [to]),
      removed: ({ name }) => replaceRole(name, []),
      isUnique: true,
    },
    scopes: {
      path: 'organization-scopes',
      list: scopeList,
      idOf,
      make: ({ name, description }) => ({
        name: String(name),
        ...(typeof description === 'string' && { description }),
      }),
      view: (scope) => {
        const { name, description = null } = scope
        return { tenantId: 'default', id: idOf(scope), name, description }
      },
      renamed: (from, to) => replaceScope(from, [to]),
      removed: ({ name }) => replaceScope(name, []),
      isUnique: true,
    },
  }
}

type Lists = Required<Pick<LogtoData, 'organizations' | 'organizationRoles' | 'organizationScopes'>>

function listOf<Name extends keyof Lists>(data: LogtoData, name: Name): Lists[Name] {
  const lists: Partial<Lists> = data
  lists[name] ??= [] as unknown as Lists[Name] // An empty list is one of any type.
  return lists[name] as Lists[Name]
}
