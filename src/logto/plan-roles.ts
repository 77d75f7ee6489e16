import type { LogtoConfig, RoleKind, WantedRole } from '../config/logto-config.ts'
import { type Change, permissionKey, ref, roleKey } from './change.ts'
import type { Plan, PlanOptions } from './plan-part.ts'
import { mergeByIndicator } from './plan-resources.ts'
import type { Role, Tenant } from './tenant.ts'

/** Roles, each bare before its permissions: one made with a wrong permission is refused, yet there. */
export function planRoles(tenant: Tenant, config: LogtoConfig, { prune }: PlanOptions): Plan {
  const changes: Change[] = []
  const faults: string[] = []
  for (const wanted of config.wanted.roles) {
    const found = tenant.roles.find(({ name }) => name === wanted.name)
    if (found !== undefined && found.type !== wanted.kind) {
      faults.push(
        `role ${wanted.name} (${found.id}) is for ${kindText(found.type)} in the tenant and for ` +
          `${kindText(wanted.kind)} in the file, which cannot be changed: give it another name`,
      )
      continue
    }
    changes.push(...planRole(wanted, found), ...planGrants(wanted, found, tenant, config, prune))
  }
  return { changes, faults }
}

export function kindText(kind: RoleKind | string): string {
  return kind === 'MachineToMachine' ? 'machines' : 'users'
}

function planRole({ name, description, kind }: WantedRole, found: Role | undefined): Change[] {
  if (found === undefined) {
    const body = { name, description: description ?? name, type: kind }
    return [
      {
        sign: '+',
        text: `role ${name} for ${kindText(kind)}`,
        method: 'POST',
        path: ['roles'],
        body,
        creates: roleKey(name),
        expects: body,
      },
    ]
  }
  if (description === undefined || description === found.description) return []
  return [
    {
      sign: '~',
      text: `role ${name}: description`,
      method: 'PATCH',
      path: ['roles', found.id],
      body: { description },
      expects: { description },
    },
  ]
}

function planGrants(
  { name, grants }: WantedRole,
  found: Role | undefined,
  tenant: Tenant,
  { wanted }: LogtoConfig,
  prune: boolean,
): Change[] {
  const held = new Set(found?.scopeIds)
  const path = ['roles', ref(roleKey(name)), 'scopes']
  const changes: Change[] = []
  for (const [indicator, names] of Object.entries(grants)) {
    const scopes = tenant.resources.find((resource) => resource.indicator === indicator)?.scopes ?? []
    const missing = names.filter(
      (permission) => !scopes.some((scope) => scope.name === permission && held.has(scope.id)),
    )
    if (missing.length > 0)
      changes.push({
        sign: '+',
        text: `role ${name}: ${missing.join(' ')} of ${indicator}`,
        method: 'POST',
        path,
        body: { scopeIds: missing.map((permission) => ref(permissionKey(indicator, permission))) },
      })
  }
  // A permission that goes altogether leaves its roles by itself.
  const stays = new Map(mergeByIndicator(wanted.resources).map((one) => [one.indicator, one.permissions]))
  for (const { indicator, scopes } of prune ? tenant.resources : [])
    for (const scope of scopes)
      if (
        Object.hasOwn(stays.get(indicator) ?? {}, scope.name) &&
        held.has(scope.id) &&
        !grants[indicator]?.includes(scope.name)
      )
        changes.push({
          sign: '-',
          text: `role ${name}: ${scope.name} of ${indicator}`,
          method: 'DELETE',
          path: [...path, scope.id],
        })
  return changes
}
