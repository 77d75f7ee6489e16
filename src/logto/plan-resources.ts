import type { LogtoConfig, WantedResource } from '../config/logto-config.ts'
import { type Change, permissionKey, ref, resourceKey } from './change.ts'
import type { Plan, PlanOptions } from './plan-part.ts'
import type { Resource, Tenant } from './tenant.ts'

/** API resources, then their permissions. Several APIs of a file may have one resource. */
export function planResources(tenant: Tenant, { wanted }: LogtoConfig, { prune }: PlanOptions): Plan {
  const changes = mergeByIndicator(wanted.resources).flatMap((resource) => {
    const found = tenant.resources.find(({ indicator }) => indicator === resource.indicator)
    return [...planResource(resource, found), ...planPermissions(resource, found, prune)]
  })
  return { changes, faults: [] }
}

export function planDefaultApi(tenant: Tenant, { wanted }: LogtoConfig): Plan {
  const { defaultResource: indicator } = wanted
  const current = tenant.resources.find(({ isDefault }) => isDefault)
  if (indicator === undefined || current?.indicator === indicator) return { changes: [], faults: [] }
  const change: Change = {
    sign: '~',
    text: `Default API ${current?.indicator ?? 'none'} → ${indicator}`,
    method: 'PATCH',
    path: ['resources', ref(resourceKey(indicator)), 'is-default'],
    body: { isDefault: true },
    expects: { isDefault: true },
  }
  return { changes: [change], faults: [] }
}

export function mergeByIndicator(resources: readonly WantedResource[]): WantedResource[] {
  const merged = new Map<string, WantedResource>()
  for (const resource of resources) {
    const { permissions = {}, ...first } = merged.get(resource.indicator) ?? resource
    const all = { ...resource.permissions, ...permissions }
    merged.set(resource.indicator, { ...first, permissions: all })
  }
  return [...merged.values()]
}

function planResource(wanted: WantedResource, found: Resource | undefined): Change[] {
  const { api, indicator, name, accessTokenTtl } = wanted
  if (found === undefined) {
    const body = { name: name ?? api, indicator, ...(accessTokenTtl !== undefined && { accessTokenTtl }) }
    const lifetime = accessTokenTtl === undefined ? '' : `, access tokens for ${accessTokenTtl} s`
    return [
      {
        sign: '+',
        text: `API resource ${body.name} (${indicator})${lifetime}`,
        method: 'POST',
        path: ['resources'],
        body,
        creates: resourceKey(indicator),
        expects: body,
      },
    ]
  }
  const isRenamed = name !== undefined && name !== found.name
  const isOther = accessTokenTtl !== undefined && accessTokenTtl !== found.accessTokenTtl
  if (!isRenamed && !isOther) return []
  const set = { ...(isRenamed && { name }), ...(isOther && { accessTokenTtl }) }
  const texts = [
    ...(isRenamed ? [`name ${found.name} → ${name}`] : []),
    ...(isOther ? [`access token TTL ${found.accessTokenTtl} s → ${accessTokenTtl} s`] : []),
  ]
  return [
    {
      sign: '~',
      text: `API resource ${indicator}: ${texts.join(', ')}`,
      method: 'PATCH',
      path: ['resources', found.id],
      body: set,
      expects: set,
    },
  ]
}

function planPermissions(wanted: WantedResource, found: Resource | undefined, prune: boolean): Change[] {
  const { indicator, permissions, api } = wanted
  const scopes = found?.scopes ?? []
  const label = wanted.name ?? found?.name ?? api
  const path = ['resources', ref(resourceKey(indicator)), 'scopes']
  const made = Object.entries(permissions).flatMap(([name, description]): Change[] => {
    const scope = scopes.find((candidate) => candidate.name === name)
    if (scope === undefined) {
      const body = { name, description }
      const creates = permissionKey(indicator, name)
      return [
        {
          sign: '+',
          text: `permission ${name} of ${label}`,
          method: 'POST',
          path,
          body,
          creates,
          expects: body,
        },
      ]
    }
    if (scope.description === description) return []
    return [
      {
        sign: '~',
        text: `permission ${name} of ${label}: description`,
        method: 'PATCH',
        path: [...path, scope.id],
        body: { description },
        expects: { description },
      },
    ]
  })
  const surplus = prune ? scopes.filter(({ name }) => !Object.hasOwn(permissions, name)) : []
  const removed = surplus.map(
    ({ id, name }): Change => ({
      sign: '-',
      text: `permission ${name} of ${label}, from every role too`,
      method: 'DELETE',
      path: [...path, id],
    }),
  )
  return [...made, ...removed]
}
