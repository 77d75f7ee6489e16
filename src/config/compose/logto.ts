import type { IssuerOptions } from '../../issuer/options.ts'
import type { LogtoConfig, WantedApplication, WantedRole, WantedTenant } from '../logto-config.ts'
import type { FileLogto } from '../schema/logto.ts'
import type { ComposedApi } from './apis.ts'
import type { Context } from './context.ts'
import { logtoIssuerOf } from './logto-issuer.ts'
import { lockFileOf, tenantOf } from './logto-lock.ts'
import { composeResources } from './logto-resources.ts'
import { reportLogto } from './logto-rules.ts'
import { withoutUndefined } from './without-undefined.ts'

/** The `logto:` block; undefined where the file has none, or it cannot be told which issuer it is about. */
export function composeLogto(
  context: Context,
  apis: readonly ComposedApi[],
  issuers: ReadonlyMap<string, IssuerOptions>,
): LogtoConfig | undefined {
  const { logto } = context.input
  const issuer = logto && logtoIssuerOf(['logto'], context, issuers)
  const resources = composeResources(apis, issuer, context)
  if (logto === undefined || issuer === undefined) return undefined
  const tenant = tenantOf(context.input) ?? ''
  const { lock } = context
  const wanted = composeWanted(logto, resources)
  reportLogto({ logto, wanted, apis, issuer }, context)
  return {
    issuer,
    tenant,
    endpoint: (logto.endpoint ?? tenant).replace(/\/+$/, ''),
    resource: logto.resource ?? managementResource(tenant),
    ...withoutUndefined({ management: completeAccount(logto) }),
    wanted,
    lockFile: lockFileOf(context.fileName),
    ...(typeof lock === 'object' && lock.endpoint === tenant && { lock }),
  }
}

/** Logto's own software has one literal identifier; in its cloud each tenant has its own. */
function managementResource(tenant: string): string {
  const cloud = /^https:\/\/([a-z0-9-]+)\.logto\.app$/.exec(tenant)?.[1]
  return `https://${cloud ?? 'default'}.logto.app/api`
}

/** Whoever runs a command learns what is missing; a part that cannot be read has an issue already. */
function completeAccount({ management = {} }: FileLogto): LogtoConfig['management'] {
  const { id, secret } = management
  return id === undefined || secret === undefined ? undefined : { id, secret }
}

function composeWanted(logto: FileLogto, resources: WantedTenant['resources']): WantedTenant {
  const indicatorOf = (api: string) => resources.find((resource) => resource.api === api)?.indicator
  const { accessTokenTtl, webhook } = logto
  const byIndicator = (grants: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(grants).map(([api, names]) => [indicatorOf(api) ?? '', wordsOf(names)]))
  return {
    resources: resources.map((resource) => ({
      ...resource,
      ...withoutUndefined({ accessTokenTtl: accessTokenTtl && accessTokenTtl / 1000 }),
    })),
    ...withoutUndefined({ defaultResource: logto.defaultApi && indicatorOf(logto.defaultApi) }),
    roles: Object.entries(logto.roles).map(
      ([name, { description, isMachine, grants }]): WantedRole => ({
        name,
        ...withoutUndefined({ description }),
        kind: isMachine ? 'MachineToMachine' : 'User',
        grants: byIndicator(grants),
      }),
    ),
    applications: Object.entries(logto.applications).map(
      ([name, application]): WantedApplication => ({
        name,
        type: typeOf[application.type ?? 'traditional'],
        redirectUris: application.redirectUris ?? [],
        isThirdParty: application.thirdParty,
        consent: byIndicator(application.consent),
        roles: application.roles ?? [],
        ...withoutUndefined({
          description: application.description,
          alwaysIssueRefreshToken: application.refreshTokens && application.refreshTokens === 'always',
          allowTokenExchange: application.tokenExchange,
        }),
      }),
    ),
    users: Object.entries(logto.users).map(([name, roles]) => ({ name, roles })),
    ...withoutUndefined({
      webhook:
        webhook?.url === undefined ? undefined : { url: webhook.url, events: eventsOf(webhook.events) },
    }),
  }
}

const typeOf = {
  traditional: 'Traditional',
  spa: 'SPA',
  native: 'Native',
  machine: 'MachineToMachine',
} as const

export function wordsOf(text: string): string[] {
  return text.split(' ').filter((word) => word !== '')
}

/** All that may end somebody's access. What only adds permissions is told, too, and cuts nobody off. */
const revocationEvents = [
  'User.SuspensionStatus.Updated',
  'User.Deleted',
  'User.Data.Updated',
  'PostResetPassword',
  'Role.Deleted',
  'Role.Scopes.Updated',
  'Scope.Deleted',
  'Organization.Deleted',
  'Organization.Membership.Updated',
  'OrganizationRole.Deleted',
  'OrganizationRole.Scopes.Updated',
  'OrganizationScope.Deleted',
]

function eventsOf(events: NonNullable<FileLogto['webhook']>['events']): readonly string[] {
  return events === 'revocation' ? revocationEvents : events
}
