import { managementResource, type Resource, type Role } from '../data.ts'
import type { Objects } from './objects.ts'
import { badInput, emptyChange, notThere, pageOf, Refusal } from './reply.ts'
import { resourceView, scopeView } from './resource-routes.ts'
import { roleView } from './role-view.ts'
import type { Routes } from './route.ts'
import { isLike } from './search.ts'

/** Roles, and the permissions that they grant. */
export const roleRoutes: Routes = (objects) => {
  const { data } = objects
  return [
    {
      method: 'GET',
      path: 'roles',
      handle({ query }) {
        const type = query.get('type')
        const isNamed = isLike(query)
        const views = data.roles.map((role) => roleView(objects, role))
        return pageOf(
          views.filter((view) => (type === null || view.type === type) && isNamed(view.name)),
          query,
        )
      },
    },
    {
      method: 'POST',
      path: 'roles',
      handle({ body: { name, description, type = 'User', scopeIds = [], isDefault } }) {
        if (typeof name !== 'string' || name === '') throw badInput('Error in request body: name.')
        if (typeof description !== 'string' || description === '')
          throw badInput('Error in request body: description.')
        requireFreeName(data.roles, name)
        const kind = type === 'MachineToMachine' ? type : 'User'
        const role: Role = {
          name,
          description,
          type: kind,
          permissions: {},
          ...(isDefault === true && { isDefault }),
        }
        data.roles.push(role)
        // Not transactional: with an unknown permission the role stays all the same.
        grant(objects, role, scopeIds)
        const granted = { roleId: objects.roleId(role), data: grantedView(objects, role) }
        const hasScopes = Array.isArray(scopeIds) && scopeIds.length > 0
        return {
          status: 200,
          body: roleView(objects, role),
          events: hasScopes ? [{ event: 'Role.Scopes.Updated', members: granted }] : [],
        }
      },
    },
    {
      method: 'GET',
      path: 'roles/:id',
      handle: ({ ids: [id] }) => ({ status: 200, body: roleView(objects, objects.role(id)) }),
    },
    {
      method: 'PATCH',
      path: 'roles/:id',
      handle({ ids: [id], body: { name, description, isDefault } }) {
        const role = objects.role(id)
        if (name === undefined && description === undefined && isDefault === undefined) throw emptyChange()
        if (typeof name === 'string' && name !== role.name) {
          requireFreeName(data.roles, name)
          for (const holder of [...data.users, ...data.applications])
            holder.roles = holder.roles.map((held) => (held === role.name ? name : held))
          role.name = name
        }
        if (typeof description === 'string') role.description = description
        if (typeof isDefault === 'boolean') role.isDefault = isDefault
        return { status: 200, body: roleView(objects, role) }
      },
    },
    {
      method: 'DELETE',
      path: 'roles/:id',
      handle({ ids: [id] }) {
        const role = objects.role(id)
        data.roles.splice(data.roles.indexOf(role), 1)
        for (const holder of [...data.users, ...data.applications])
          holder.roles = holder.roles.filter((held) => held !== role.name)
        return { status: 204 }
      },
    },
    ...grantRoutes(objects),
  ]
}

const grantRoutes: Routes = (objects) => [
  {
    method: 'GET',
    path: 'roles/:id/scopes',
    handle: ({ ids: [id] }) => ({ status: 200, body: grantedView(objects, objects.role(id)) }),
  },
  {
    method: 'POST',
    path: 'roles/:id/scopes',
    handle({ ids: [id], body: { scopeIds } }) {
      const role = objects.role(id)
      if (!Array.isArray(scopeIds) || scopeIds.length === 0)
        throw badInput('Error in request body: scopeIds.')
      grant(objects, role, scopeIds)
      return { status: 201, body: grantedView(objects, role) }
    },
  },
  {
    method: 'DELETE',
    path: 'roles/:id/scopes/:scopeId',
    handle({ ids: [id, scopeId] }) {
      const role = objects.role(id)
      const scope = objects.scope(scopeId)
      const held = scope && role.permissions[scope.resource.indicator]
      if (scope === undefined || held === undefined || !held.includes(scope.name)) throw notThere()
      role.permissions[scope.resource.indicator] = held.filter((name) => name !== scope.name)
      return { status: 204 }
    },
  },
]

function requireFreeName(roles: readonly Role[], name: string): void {
  if (roles.some((role) => role.name === name))
    throw new Refusal(422, 'role.name_in_use', `This role name ${name} is already in use`)
}

/** The whole call fails when one of them is there already. */
function grant(objects: Objects, role: Role, scopeIds: unknown): void {
  const scopes = (Array.isArray(scopeIds) ? scopeIds : []).map((id) => {
    const scope = objects.scope(id)
    if (scope === undefined) throw new Refusal(404, 'entity.not_exists_with_id', 'The scope does not exist.')
    if (role.permissions[scope.resource.indicator]?.includes(scope.name))
      throw new Refusal(
        422,
        'role.scope_exists',
        `The scope id ${String(id)} has already been added to this role`,
      )
    return scope
  })
  if (role.type !== 'MachineToMachine' && scopes.some(({ resource }) => isManagement(resource)))
    throw new Refusal(
      400,
      'role.management_api_scopes_not_assignable_to_user_role',
      'Cannot assign management API scopes to a user role.',
    )
  for (const { resource, name } of scopes)
    role.permissions[resource.indicator] = [...(role.permissions[resource.indicator] ?? []), name]
}

const isManagement = ({ indicator }: Resource) => indicator === managementResource

function grantedView(objects: Objects, role: Role) {
  return objects.data.resources.flatMap((resource) =>
    (role.permissions[resource.indicator] ?? [])
      .filter((name) => resource.permissions.includes(name))
      .map((name) => ({ ...scopeView(objects, resource, name), resource: resourceView(objects, resource) })),
  )
}
