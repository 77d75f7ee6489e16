import { emptyChange, pageOf, Refusal } from './reply.ts'
import type { Routes } from './route.ts'
import { heldRoles, rolesOf, takeRole } from './user-role-routes.ts'

/** The roles of machines. */
export const machineRoleRoutes: Routes = (objects) => [
  {
    method: 'GET',
    path: 'applications/:applicationId/roles',
    handle: ({ ids: [id], query }) => pageOf(heldRoles(objects, objects.application(id)), query),
  },
  {
    method: 'POST',
    path: 'applications/:applicationId/roles',
    handle({ ids: [id], body: { roleIds } }) {
      const application = objects.application(id)
      if (application.type !== 'MachineToMachine')
        throw new Refusal(
          422,
          'application.invalid_type',
          'Only machine to machine applications can have roles.',
        )
      const roles = rolesOf(objects, roleIds)
      if (roles.some(({ type = 'User' }) => type === 'User'))
        throw new Refusal(422, 'application.invalid_role_type', 'Can not assign user type role to machine.')
      for (const { name } of roles) if (!application.roles.includes(name)) application.roles.push(name)
      return { status: 201 }
    },
  },
  {
    method: 'PUT',
    path: 'applications/:applicationId/roles',
    handle({ ids: [id], body: { roleIds } }) {
      const application = objects.application(id)
      const names = rolesOf(objects, roleIds).map(({ name }) => name)
      const isSame =
        names.length === application.roles.length && names.every((n) => application.roles.includes(n))
      if (isSame) throw emptyChange()
      application.roles = names
      return { status: 200 }
    },
  },
  {
    method: 'DELETE',
    path: 'applications/:applicationId/roles/:roleId',
    handle({ ids: [id, roleId] }) {
      takeRole(objects.application(id), objects.role(roleId))
      return { status: 204 }
    },
  },
]
