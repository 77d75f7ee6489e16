import type { LogtoConfig, WantedApplication } from '../config/logto-config.ts'
import { applicationKey, type Change, permissionKey, ref } from './change.ts'
import { findApplication, markName } from './find-application.ts'
import { planAssignments } from './plan-assignments.ts'
import type { Plan, PlanOptions } from './plan-part.ts'
import { mergeByIndicator } from './plan-resources.ts'
import type { Application, Tenant } from './tenant.ts'

/** Applications, then what they may ask for, then the roles of machines. */
export function planApplications(tenant: Tenant, config: LogtoConfig, options: PlanOptions): Plan {
  const parts = config.wanted.applications.map((wanted) => planOne(wanted, tenant, config, options))
  return {
    changes: parts.flatMap(({ changes }) => changes),
    faults: parts.flatMap(({ faults }) => faults),
  }
}

function planOne(
  wanted: WantedApplication,
  tenant: Tenant,
  config: LogtoConfig,
  { prune }: PlanOptions,
): Plan {
  const { name } = wanted
  const match = findApplication(name, tenant.applications, config.lock)
  if (match.kind === 'several')
    return {
      changes: [],
      faults: [
        `${match.ids.length} applications are called ${name}: ${match.ids.join(', ')}: rename all but one in the console`,
      ],
    }
  const found = match.kind === 'found' ? match.application : undefined
  const faults = found === undefined ? [] : fixedFaults(wanted, found)
  if (faults.length > 0) return { changes: [], faults }
  const key = applicationKey(name)
  const changes = [
    ...(found === undefined ? [creation(wanted)] : updates(wanted, found, prune)),
    ...(match.kind === 'found' && !match.isMarked ? [adoption(name, match.application.id)] : []),
    ...planConsent(wanted, found, { tenant, config, prune }),
    ...planAssignments({
      owner: `application ${name}`,
      path: ['applications', ref(key), 'roles'],
      roles: wanted.roles,
      heldIds: found?.roleIds ?? [],
      tenant,
      config,
      prune: prune && wanted.type === 'MachineToMachine',
    }),
  ]
  return { changes, faults: [] }
}

/** Logto ignores both in a PATCH, with 200. */
function fixedFaults({ name, type, isThirdParty }: WantedApplication, found: Application): string[] {
  const mend = 'which cannot be changed: delete it in the console, or give it another name in the file'
  const faults: string[] = []
  if (found.type !== type)
    faults.push(`application ${name} (${found.id}) is of type ${found.type}, not ${type}, ${mend}`)
  if (found.isThirdParty !== isThirdParty) {
    const party = found.isThirdParty ? 'of a third party' : 'of the first party'
    faults.push(`application ${name} (${found.id}) is ${party}, ${mend}`)
  }
  return faults
}

function creation(wanted: WantedApplication): Change {
  const { name, type, description, redirectUris, isThirdParty } = wanted
  const custom = customMetadata(wanted)
  const expects = {
    name,
    type,
    ...(redirectUris.length > 0 && { oidcClientMetadata: { redirectUris } }),
    ...(Object.keys(custom).length > 0 && { customClientMetadata: custom }),
    customData: { [markName]: name },
    ...(isThirdParty && { isThirdParty }),
  }
  return {
    sign: '+',
    text: `application ${name} (${type}${isThirdParty ? ', third party' : ''})`,
    method: 'POST',
    path: ['applications'],
    body: {
      ...expects,
      ...(description !== undefined && { description }),
      oidcClientMetadata: { redirectUris, postLogoutRedirectUris: [] },
    },
    creates: applicationKey(name),
    expects,
  }
}

function customMetadata(wanted: WantedApplication): Record<string, boolean> {
  const { alwaysIssueRefreshToken, allowTokenExchange } = wanted
  return {
    ...(alwaysIssueRefreshToken !== undefined && { alwaysIssueRefreshToken }),
    ...(allowTokenExchange !== undefined && { allowTokenExchange }),
  }
}

/** Metadata is replaced as a whole, so what was read stays in it. */
function updates(wanted: WantedApplication, found: Application, prune: boolean): Change[] {
  const { name, description } = wanted
  const uris = [...new Set([...(prune ? [] : found.oidcClientMetadata.redirectUris), ...wanted.redirectUris])]
  const added = uris.filter((uri) => !found.oidcClientMetadata.redirectUris.includes(uri))
  const removed = found.oidcClientMetadata.redirectUris.filter((uri) => !uris.includes(uri))
  const custom = Object.entries(customMetadata(wanted)).filter(
    ([member, value]) => (found.customClientMetadata[member] ?? false) !== value,
  )
  const isRedirected = wanted.redirectUris.length > 0 && added.length + removed.length > 0
  const body = {
    ...(found.name !== name && { name }),
    ...(description !== undefined && description !== found.description && { description }),
    ...(isRedirected && {
      oidcClientMetadata: { postLogoutRedirectUris: [], ...found.oidcClientMetadata, redirectUris: uris },
    }),
    ...(custom.length > 0 && {
      customClientMetadata: { ...found.customClientMetadata, ...Object.fromEntries(custom) },
    }),
  }
  if (Object.keys(body).length === 0) return []
  const texts = [
    ...(body.name === undefined ? [] : [`name ${found.name} → ${name}`]),
    ...(body.description === undefined ? [] : ['description']),
    ...(isRedirected ? added.map((uri) => `redirect URI ${uri} added`) : []),
    ...(isRedirected ? removed.map((uri) => `redirect URI ${uri} removed`) : []),
    ...custom.map(([member, value]) => `${member} ${value ? 'on' : 'off'}`),
  ]
  return [
    {
      sign: '~',
      text: `application ${name}: ${texts.join(', ')}`,
      method: 'PATCH',
      path: ['applications', found.id],
      body: body as NonNullable<Change['body']>, // What was read is JSON.
      expects: {
        ...(body.name !== undefined && { name }),
        ...(body.description !== undefined && { description: body.description }),
        ...(isRedirected && { oidcClientMetadata: { redirectUris: uris } }),
        ...(custom.length > 0 && { customClientMetadata: Object.fromEntries(custom) }),
      },
    },
  ]
}

function adoption(name: string, id: string): Change {
  return {
    sign: '~',
    text: `application ${name}: adopt ${id}, which is called so, as the one of this file`,
    method: 'PATCH',
    path: ['applications', id, 'custom-data'],
    body: { [markName]: name },
  }
}

function planConsent(
  { name, consent, isThirdParty }: WantedApplication,
  found: Application | undefined,
  { tenant, config, prune }: PlanOptions & { readonly tenant: Tenant; readonly config: LogtoConfig },
): Change[] {
  const stays = new Map(
    mergeByIndicator(config.wanted.resources).map((one) => [one.indicator, one.permissions]),
  )
  const isKept = (indicator: string, scope: string) => Object.hasOwn(stays.get(indicator) ?? {}, scope)
  if (!isThirdParty) return []
  const held = new Set(found?.consentIds)
  const path = ['applications', ref(applicationKey(name)), 'user-consent-scopes']
  const scopesOf = (indicator: string) =>
    tenant.resources.find((resource) => resource.indicator === indicator)?.scopes ?? []
  const missing = Object.entries(consent).flatMap(([indicator, names]) =>
    names
      .filter((wanted) => !scopesOf(indicator).some((scope) => scope.name === wanted && held.has(scope.id)))
      .map((wanted) => ({ indicator, wanted })),
  )
  const changes: Change[] = []
  if (missing.length > 0)
    changes.push({
      sign: '+',
      text: `application ${name}: may ask users for ${missing.map(({ wanted }) => wanted).join(' ')}`,
      method: 'POST',
      path,
      body: {
        resourceScopes: missing.map(({ indicator, wanted }) => ref(permissionKey(indicator, wanted))),
      },
    })
  for (const { indicator, scopes } of prune ? tenant.resources : [])
    for (const scope of scopes)
      if (isKept(indicator, scope.name) && held.has(scope.id) && !consent[indicator]?.includes(scope.name))
        changes.push({
          sign: '-',
          text: `application ${name}: may not ask users for ${scope.name} of ${indicator}`,
          method: 'DELETE',
          path: [...path, 'resource-scopes', scope.id],
        })
  return changes
}
