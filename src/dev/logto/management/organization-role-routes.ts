import type { OrganizationRole } from '../organization.ts'
import { findNamed, idsIn, namedRoutes } from './named-routes.ts'
import type { Objects } from './objects.ts'
import { organizationKinds } from './organization-kinds.ts'
import { notThere, pageOf } from './reply.ts'
import { scopeView } from './resource-routes.ts'
import type { Route, Routes } from './route.ts'

/** The template of organizations: roles, with the scopes and permissions that they grant. */
export const organizationRoleRoutes: Routes = (objects) => {
  const { roles, scopes } = organizationKinds(objects)
  const [list, show, make, ...others] = namedRoutes(roles)
  return [
    ...namedRoutes(scopes),
    ...[list, show].filter((route) => route !== undefined),
    ...(make === undefined ? [] : [withScopes(make, objects)]),
    ...others,
    ...scopeRoutes(objects),
    ...permissionRoutes(objects),
  ]
}

/** A role that is made with scopes fires a second event, which does not say which. */
function withScopes(make: Route, objects: Objects): Route {
  const { roles, scopes } = organizationKinds(objects)
  return {
    ...make,
    async handle(call) {
      const reply = await make.handle(call)
      const { organizationScopeIds = [], resourceScopeIds = [] } = call.body
      const role = roles.list().at(-1)
      if (role === undefined) return reply
      const ids = idsIn({ organizationScopeIds }, 'organizationScopeIds')
      role.scopes = ids.map((id) => findNamed(scopes, id).name)
      const permissions = idsIn({ resourceScopeIds }, 'resourceScopeIds')
      for (const id of permissions) grant(objects, role, id)
      if (ids.length + permissions.length === 0) return reply
      const members = { organizationRoleId: roles.idOf(role) }
      return { ...reply, events: [{ event: 'OrganizationRole.Scopes.Updated', members }] }
    },
  }
}

const scopeRoutes: Routes = (objects) => {
  const { roles, scopes } = organizationKinds(objects)
  const path = 'organization-roles/:id/scopes'
  const namesOf = (body: Readonly<Record<string, unknown>>) =>
    idsIn(body, 'organizationScopeIds').map((id) => findNamed(scopes, id).name)
  return [
    {
      method: 'GET',
      path,
      handle({ ids: [id], query }) {
        const role = findNamed(roles, id)
        const held = scopes.list().filter(({ name }) => role.scopes.includes(name))
        return pageOf(held.map(scopes.view), query)
      },
    },
    {
      method: 'POST',
      path,
      handle({ ids: [id], body }) {
        const role = findNamed(roles, id)
        role.scopes = [...new Set([...role.scopes, ...namesOf(body)])]
        return { status: 201 }
      },
    },
    {
      method: 'PUT',
      path,
      handle({ ids: [id], body }) {
        findNamed(roles, id).scopes = namesOf(body)
        return { status: 204 }
      },
    },
    {
      method: 'DELETE',
      path: `${path}/:organizationScopeId`,
      handle({ ids: [id, scopeId] }) {
        const role = findNamed(roles, id)
        const { name } = findNamed(scopes, scopeId)
        if (!role.scopes.includes(name)) throw notThere()
        role.scopes = role.scopes.filter((held) => held !== name)
        return { status: 204 }
      },
    },
  ]
}

/** API permissions of organization roles. No webhook hears of them. */
const permissionRoutes: Routes = (objects) => {
  const { roles } = organizationKinds(objects)
  const path = 'organization-roles/:id/resource-scopes'
  return [
    {
      method: 'GET',
      path,
      handle({ ids: [id], query }) {
        const { permissions } = findNamed(roles, id)
        const held = objects.data.resources.flatMap((resource) =>
          (permissions[resource.indicator] ?? []).map((name) => scopeView(objects, resource, name)),
        )
        return pageOf(held, query)
      },
    },
    {
      method: 'POST',
      path,
      handle({ ids: [id], body }) {
        const role = findNamed(roles, id)
        for (const scopeId of idsIn(body, 'scopeIds')) grant(objects, role, scopeId)
        return { status: 201 }
      },
    },
    {
      method: 'DELETE',
      path: `${path}/:scopeId`,
      handle({ ids: [id, scopeId] }) {
        const { permissions } = findNamed(roles, id)
        const scope = objects.scope(scopeId)
        const held = scope && permissions[scope.resource.indicator]
        if (scope === undefined || held === undefined || !held.includes(scope.name)) throw notThere()
        permissions[scope.resource.indicator] = held.filter((name) => name !== scope.name)
        return { status: 204 }
      },
    },
  ]
}

function grant(objects: Objects, { permissions }: OrganizationRole, scopeId: string): void {
  const scope = objects.scope(scopeId)
  if (scope === undefined) throw notThere()
  const { indicator } = scope.resource
  permissions[indicator] = [...new Set([...(permissions[indicator] ?? []), scope.name])]
}
