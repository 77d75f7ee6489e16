import { findNamed, idsIn, namedRoutes } from './named-routes.ts'
import { organizationKinds } from './organization-kinds.ts'
import { notThere, pageOf, type ReplyEvent } from './reply.ts'
import type { Routes } from './route.ts'
import { userInfo } from './user-view.ts'

/** Organizations and who belongs to them. */
export const organizationRoutes: Routes = (objects) => [
  ...namedRoutes(organizationKinds(objects).organizations),
  ...memberRoutes(objects),
  ...machineRoutes(objects),
]

const path = 'organizations/:id/users'

const memberRoutes: Routes = (objects) => {
  const { organizations, roles } = organizationKinds(objects)
  const rolesOf = (names: readonly string[]) => roles.list().filter(({ name }) => names.includes(name))
  const rolesView = (names: readonly string[]) =>
    rolesOf(names).map((role) => ({ id: roles.idOf(role), name: role.name }))
  return [
    {
      method: 'GET',
      path,
      handle({ ids: [id], query }) {
        const { members } = findNamed(organizations, id)
        const users = objects.data.users.filter((user) => members[user.id] !== undefined)
        const views = users.map((user) => ({
          ...userInfo(user),
          organizationRoles: rolesView(members[user.id] ?? []),
        }))
        return pageOf(views, query)
      },
    },
    {
      method: 'POST',
      path,
      handle({ ids: [id = ''], body }) {
        const { members } = findNamed(organizations, id)
        const userIds = idsIn(body, 'userIds').map((userId) => objects.user(userId).id)
        const addedUserIds = userIds.filter((userId) => members[userId] === undefined)
        for (const userId of addedUserIds) members[userId] = []
        return { status: 201, body: { userIds }, events: [membership(id, { addedUserIds })] }
      },
    },
    {
      method: 'PUT',
      path,
      handle({ ids: [id = ''], body }) {
        const organization = findNamed(organizations, id)
        const { members } = organization
        const userIds = idsIn(body, 'userIds').map((userId) => objects.user(userId).id)
        const addedUserIds = userIds.filter((userId) => members[userId] === undefined)
        const removedUserIds = Object.keys(members).filter((userId) => !userIds.includes(userId))
        organization.members = Object.fromEntries(userIds.map((userId) => [userId, members[userId] ?? []]))
        return { status: 204, events: [membership(id, { addedUserIds, removedUserIds })] }
      },
    },
    {
      method: 'DELETE',
      path: `${path}/:userId`,
      handle({ ids: [id = '', userId = ''] }) {
        const { members } = findNamed(organizations, id)
        if (members[userId] === undefined) throw notThere()
        delete members[userId]
        return { status: 204, events: [membership(id, { removedUserIds: [userId] })] }
      },
    },
    {
      method: 'GET',
      path: 'users/:userId/organizations',
      handle({ ids: [id], query }) {
        const { id: userId } = objects.user(id)
        const joined = organizations.list().filter(({ members }) => members[userId] !== undefined)
        const views = joined.map((one) => ({
          ...organizations.view(one),
          organizationRoles: rolesView(one.members[userId] ?? []),
        }))
        return pageOf(views, query, true)
      },
    },
  ]
}

/** Which users came and went. A list without any is left out. */
function membership(
  organizationId: string,
  lists: { readonly addedUserIds?: readonly string[]; readonly removedUserIds?: readonly string[] },
): ReplyEvent {
  const changed = Object.entries(lists).filter(([, ids]) => ids.length > 0)
  const members = { organizationId, ...Object.fromEntries(changed) }
  return { event: 'Organization.Membership.Updated', members }
}

const machineRoutes: Routes = (objects) => {
  const { organizations } = organizationKinds(objects)
  return [
    {
      method: 'POST',
      path: 'organizations/:id/applications',
      handle({ ids: [id], body }) {
        const organization = findNamed(organizations, id)
        const machines = { ...organization.machines }
        for (const applicationId of idsIn(body, 'applicationIds'))
          machines[objects.application(applicationId).id] ??= []
        organization.machines = machines
        return { status: 201 }
      },
    },
    {
      method: 'DELETE',
      path: 'organizations/:id/applications/:applicationId',
      handle({ ids: [id, applicationId = ''] }) {
        const { machines = {} } = findNamed(organizations, id)
        if (machines[applicationId] === undefined) throw notThere()
        delete machines[applicationId]
        return { status: 204 }
      },
    },
  ]
}
