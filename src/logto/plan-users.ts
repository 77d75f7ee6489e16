import type { LogtoConfig } from '../config/logto-config.ts'
import type { Change } from './change.ts'
import { planAssignments } from './plan-assignments.ts'
import type { Plan, PlanOptions } from './plan-part.ts'
import type { Tenant } from './tenant.ts'

/** The roles of the users that the file names, who must exist. */
export function planUsers(tenant: Tenant, config: LogtoConfig, { prune }: PlanOptions): Plan {
  const changes: Change[] = []
  const faults: string[] = []
  for (const { name, roles } of config.wanted.users) {
    const [user, ...more] = tenant.users.get(name) ?? []
    if (user === undefined)
      faults.push(`user ${name} does not exist: users are made in the console, never here`)
    else if (more.length > 0)
      faults.push(`several users are called ${name}: ${[user, ...more].map(({ id }) => id).join(', ')}`)
    else {
      const path = ['users', user.id, 'roles']
      const heldIds = user.roleIds
      changes.push(...planAssignments({ owner: `user ${name}`, path, roles, heldIds, tenant, config, prune }))
    }
  }
  return { changes, faults }
}
