import type { LogtoConfig, LogtoLock } from '../config/logto-config.ts'
import { applicationKey, type Ids, permissionKey, resourceKey, roleKey } from './change.ts'
import { findApplication } from './find-application.ts'
import { planApplications } from './plan-applications.ts'
import type { Plan, PlanOptions } from './plan-part.ts'
import { planDefaultApi, planResources } from './plan-resources.ts'
import { planRoles } from './plan-roles.ts'
import { planUsers } from './plan-users.ts'
import { planWebhook } from './plan-webhook.ts'
import type { Tenant } from './tenant.ts'

/** The difference between a tenant and the file. Pure. */
export function planOf(tenant: Tenant, config: LogtoConfig, options: PlanOptions): Plan {
  const parts = [
    planResources(tenant, config, options),
    planRoles(tenant, config, options),
    planApplications(tenant, config, options),
    planUsers(tenant, config, options),
    planDefaultApi(tenant, config),
    planWebhook(tenant, config),
  ]
  return {
    changes: parts.flatMap(({ changes }) => changes),
    faults: parts.flatMap(({ faults }) => faults),
  }
}

/** The ids of what exists already. */
export function idsOf(tenant: Tenant, config: LogtoConfig): Ids {
  const ids: Ids = new Map()
  for (const { indicator, id, scopes } of tenant.resources) {
    ids.set(resourceKey(indicator), id)
    for (const scope of scopes) ids.set(permissionKey(indicator, scope.name), scope.id)
  }
  for (const { name, id } of tenant.roles) ids.set(roleKey(name), id)
  for (const { name } of config.wanted.applications) {
    const match = findApplication(name, tenant.applications, config.lock)
    if (match.kind === 'found') ids.set(applicationKey(name), match.application.id)
  }
  return ids
}

/** The content that `NAME.logto.json` should have. */
export function lockOf(tenant: Tenant, config: LogtoConfig): LogtoLock {
  const ids = idsOf(tenant, config)
  const entries = (names: readonly string[], keyOf: (name: string) => string) =>
    Object.fromEntries(
      names.flatMap((name) => {
        const id = ids.get(keyOf(name))
        return id === undefined ? [] : [[name, id]]
      }),
    )
  const { applications, resources } = config.wanted
  return {
    endpoint: config.tenant,
    applications: entries(
      applications.map(({ name }) => name),
      applicationKey,
    ),
    resources: entries(
      resources.map(({ indicator }) => indicator),
      resourceKey,
    ),
  }
}
