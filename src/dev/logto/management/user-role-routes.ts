import type { Role } from '../data.ts'
import type { Objects } from './objects.ts'
import { badInput, notThere, pageOf, Refusal } from './reply.ts'
import { roleView } from './role-view.ts'
import type { Routes } from './route.ts'
import { userInfo } from './user-view.ts'

/** The roles of users. No webhook hears of any change here. */
export const userRoleRoutes: Routes = (objects) => [
  {
    method: 'GET',
    path: 'users/:userId/roles',
    handle: ({ ids: [id], query }) => pageOf(heldRoles(objects, objects.user(id)), query),
  },
  {
    method: 'POST',
    path: 'users/:userId/roles',
    handle({ ids: [id], body: { roleIds } }) {
      const user = objects.user(id)
      const added = userRolesOf(objects, roleIds).filter(({ name }) => !user.roles.includes(name))
      user.roles.push(...added.map(({ name }) => name))
      return { status: 201, body: { roleIds, addedRoleIds: added.map(objects.roleId) } }
    },
  },
  {
    method: 'PUT',
    path: 'users/:userId/roles',
    handle({ ids: [id], body: { roleIds } }) {
      const user = objects.user(id)
      const isEmpty = Array.isArray(roleIds) && roleIds.length === 0
      user.roles = isEmpty ? [] : userRolesOf(objects, roleIds).map(({ name }) => name)
      return { status: 200, body: { roleIds } }
    },
  },
  {
    method: 'DELETE',
    path: 'users/:userId/roles/:roleId',
    handle({ ids: [id, roleId] }) {
      takeRole(objects.user(id), objects.role(roleId))
      return { status: 204 }
    },
  },
  {
    method: 'GET',
    path: 'roles/:id/users',
    handle({ ids: [id], query }) {
      const { name } = objects.role(id)
      const holders = objects.data.users.filter(({ roles }) => roles.includes(name))
      return pageOf(holders.map(userInfo), query)
    },
  },
]

type Holder = { roles: string[] }

export function heldRoles(objects: Objects, { roles }: Holder) {
  return objects.data.roles.filter(({ name }) => roles.includes(name)).map((role) => roleView(objects, role))
}

export function rolesOf(objects: Objects, ids: unknown): Role[] {
  if (!Array.isArray(ids) || ids.length === 0) throw badInput('Error in request body: roleIds.')
  return ids.map((id) => objects.role(String(id)))
}

function userRolesOf(objects: Objects, ids: unknown): Role[] {
  const roles = rolesOf(objects, ids)
  if (roles.some(({ type }) => type === 'MachineToMachine'))
    throw new Refusal(422, 'user.invalid_role_type', 'Invalid role type.')
  return roles
}

export function takeRole(holder: Holder, { name }: Role): void {
  if (!holder.roles.includes(name)) throw notThere()
  holder.roles = holder.roles.filter((held) => held !== name)
}
