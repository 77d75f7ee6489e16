import type { Config } from '../../config/config.ts'
import { scopesNamed } from '../../config/example-request.ts'
import { exampleData, type LogtoData, type Role } from '../logto/data.ts'

/**
 * A tenant of the stand-in for somebody's own configuration: an API resource for each `resource`, with the
 * scopes that its routes name as permissions. alice has them all, bob the first one of each.
 */
export function ownData(config: Config): LogtoData {
  const accessTokenTtl = tokenLifetimeSeconds(config)
  const resources = [...new Set(config.apis.map(({ resource }) => resource))].map((indicator) => ({
    indicator,
    permissions: scopesNamed(config.apis.filter(({ resource }) => resource === indicator)),
    accessTokenTtl,
  }))
  const role = (name: string, count: number): Role => ({
    name,
    permissions: Object.fromEntries(
      resources.map(({ indicator, permissions }) => [indicator, permissions.slice(0, count)]),
    ),
  })
  const roles = [role('Every scope', Number.POSITIVE_INFINITY), role('First scope', 1)]
  const example = exampleData()
  return {
    ...example,
    resources,
    defaultApi: resources[0]?.indicator,
    roles,
    users: example.users.map((user, i) => ({ ...user, roles: [roles[i]?.name ?? ''] })),
  }
}

/** An hour, or less where the configuration takes no token that is valid for so long. */
export function tokenLifetimeSeconds({ tokens }: Pick<Config, 'tokens'>): number {
  return Math.min(3600, Math.floor(tokens.maxLifetimeMs / 1000))
}
