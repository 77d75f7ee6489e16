import type { LogtoConfig } from '../config/logto-config.ts'
import { type Change, type Ref, ref, roleKey } from './change.ts'
import type { Tenant } from './tenant.ts'

export type Assignments = {
  /** `user alice` */
  readonly owner: string
  readonly path: readonly (string | Ref)[]
  /** By name. */
  readonly roles: readonly string[]
  readonly heldIds: readonly string[]
  readonly tenant: Tenant
  readonly config: LogtoConfig
  readonly prune: boolean
}

/** Roles for a user or a machine. Taken away is only what the file itself names as a role. */
export function planAssignments(assignments: Assignments): Change[] {
  const { owner, path, roles, heldIds, tenant, config, prune } = assignments
  const idOf = (name: string) => tenant.roles.find((role) => role.name === name)?.id
  const isHeld = (name: string) => heldIds.includes(idOf(name) ?? '')
  const missing = roles.filter((name) => !isHeld(name))
  const changes: Change[] = []
  if (missing.length > 0)
    changes.push({
      sign: '+',
      text: `${owner}: role ${missing.join(', ')}`,
      method: 'POST',
      path,
      body: { roleIds: missing.map((name) => ref(roleKey(name))) },
    })
  const surplus = prune ? config.wanted.roles.filter(({ name }) => isHeld(name) && !roles.includes(name)) : []
  for (const { name } of surplus)
    changes.push({
      sign: '-',
      text: `${owner}: role ${name}`,
      method: 'DELETE',
      path: [...path, idOf(name) ?? ''],
    })
  return changes
}
