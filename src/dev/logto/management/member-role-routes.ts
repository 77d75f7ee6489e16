import type { Organization } from '../organization.ts'
import { findNamed, idsIn } from './named-routes.ts'
import type { Objects } from './objects.ts'
import { organizationKinds } from './organization-kinds.ts'
import { notThere, pageOf, Refusal } from './reply.ts'
import type { Route, Routes } from './route.ts'

/** The roles of users and machines inside an organization. No webhook hears of any change here. */
export const memberRoleRoutes: Routes = (objects) => [
  ...rolesAt('organizations/:id/users/:userId/roles', ({ members }) => members, objects),
  ...rolesAt('organizations/:id/applications/:applicationId/roles', ({ machines = {} }) => machines, objects),
]

type Membership = (organization: Organization) => Record<string, string[]>

function rolesAt(path: string, membershipOf: Membership, objects: Objects): Route[] {
  const { organizations, roles } = organizationKinds(objects)
  const heldBy = (organizationId: string | undefined, id = '') => {
    const membership = membershipOf(findNamed(organizations, organizationId))
    const held = membership[id]
    if (held === undefined)
      throw new Refusal(422, 'organization.require_membership', 'The user must be a member.')
    return { held, set: (names: string[]) => Object.assign(membership, { [id]: [...new Set(names)] }) }
  }
  const namesOf = (body: Readonly<Record<string, unknown>>) =>
    idsIn(body, 'organizationRoleIds').map((id) => findNamed(roles, id).name)
  return [
    {
      method: 'GET',
      path,
      handle({ ids: [organizationId, id], query }) {
        const { held } = heldBy(organizationId, id)
        const views = roles.list().filter(({ name }) => held.includes(name))
        return pageOf(views.map(roles.view), query, true)
      },
    },
    {
      method: 'POST',
      path,
      handle({ ids: [organizationId, id], body }) {
        const { held, set } = heldBy(organizationId, id)
        set([...held, ...namesOf(body)])
        return { status: 201, body: { organizationRoleIds: body['organizationRoleIds'] } }
      },
    },
    {
      method: 'PUT',
      path,
      handle({ ids: [organizationId, id], body }) {
        heldBy(organizationId, id).set(namesOf(body))
        return { status: 204 }
      },
    },
    {
      method: 'DELETE',
      path: `${path}/:organizationRoleId`,
      handle({ ids: [organizationId, id, roleId] }) {
        const { held, set } = heldBy(organizationId, id)
        const { name } = findNamed(roles, roleId)
        if (!held.includes(name)) throw notThere()
        set(held.filter((one) => one !== name))
        return { status: 204 }
      },
    },
  ]
}
