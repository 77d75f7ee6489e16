import type { Role, User } from '../data.ts'
import type { Objects } from './objects.ts'
import { badInput, pageOf, Refusal } from './reply.ts'
import { roleView } from './role-routes.ts'
import type { Routes } from './route.ts'

function userView({ id, username, email, name, isSuspended = false }: User) {
  return { id, username, primaryEmail: email, name, customData: {}, isSuspended }
}

/** Users and their roles. */
export const userRoutes: Routes = (objects) => {
  const { users } = objects.data
  return [
    {
      method: 'GET',
      path: 'users',
      handle({ query }) {
        const views = users.map(userView)
        const username = query.get('search.username')
        const email = query.get('search.primaryEmail')
        const fold = (text: string) => (query.get('isCaseSensitive') === 'true' ? text : text.toLowerCase())
        return pageOf(
          views.filter(
            (view) =>
              (username === null || fold(view.username) === fold(username)) &&
              (email === null || fold(view.primaryEmail) === fold(email)),
          ),
          query,
        )
      },
    },
    {
      method: 'GET',
      path: 'users/:',
      handle: ({ ids: [id] }) => ({ status: 200, body: userView(objects.user(id)) }),
    },
    {
      method: 'GET',
      path: 'users/:/roles',
      handle: ({ ids: [id], query }) => pageOf(heldRoles(objects, objects.user(id)), query),
    },
    {
      method: 'POST',
      path: 'users/:/roles',
      handle({ ids: [id], body: { roleIds } }) {
        const user = objects.user(id)
        const roles = rolesOf(objects, roleIds)
        if (roles.some(({ type }) => type === 'MachineToMachine'))
          throw new Refusal(422, 'user.invalid_role_type', 'Invalid role type.')
        const added = roles.filter(({ name }) => !user.roles.includes(name))
        user.roles.push(...added.map(({ name }) => name))
        return { status: 201, body: { roleIds, addedRoleIds: added.map(objects.roleId) } }
      },
    },
    {
      method: 'DELETE',
      path: 'users/:/roles/:',
      handle({ ids: [id, roleId] }) {
        takeRole(objects.user(id), objects.role(roleId))
        return { status: 204 }
      },
    },
  ]
}

type Holder = { roles: string[] }

export function heldRoles(objects: Objects, { roles }: Holder) {
  return objects.data.roles.filter(({ name }) => roles.includes(name)).map((role) => roleView(objects, role))
}

export function rolesOf(objects: Objects, ids: unknown): Role[] {
  if (!Array.isArray(ids) || ids.length === 0) throw badInput('Error in request body: roleIds.')
  return ids.map((id) => objects.role(String(id)))
}

export function takeRole(holder: Holder, { name }: Role): void {
  if (!holder.roles.includes(name)) throw new Refusal(404, 'entity.not_found', 'The resource does not exist.')
  holder.roles = holder.roles.filter((held) => held !== name)
}
