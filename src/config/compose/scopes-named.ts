import type { ApiConfig } from '../config.ts'

/** Every scope that the routes of an API name, in the order of their first use. */
export function scopesNamedBy({ paths }: Pick<ApiConfig, 'paths'>): string[] {
  const routes = paths.flatMap(({ methods }) => [...methods.values()])
  const sets = routes.flatMap(({ requirement }) => (requirement.kind === 'scopes' ? requirement.anyOf : []))
  return [...new Set(sets.flat())]
}
