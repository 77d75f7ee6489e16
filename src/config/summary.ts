import type { Requirement } from '../route/requirement.ts'
import type { Config, RouteConfig } from './config.ts'
import { ownPathsOf } from './own-paths.ts'

/** More scopes are only counted: the line is read by people. */
const mostScopes = 50

/** How a configuration was understood, in one line: `3 routes: 1 public, 2 by scope; scopes: read write`. */
export function summaryOf(config: Config): string {
  const requirements = routesOf(config).map(({ requirement }) => requirement)
  const total = requirements.length === 1 ? '1 route' : `${requirements.length} routes`
  const own = ownPart(config)
  if (requirements.length === 0)
    return `${total}: every ${own === '' ? '' : 'other '}request is refused${own}`
  const kinds = (['public', 'optional', 'authenticated', 'scopes'] as const).flatMap((kind) => {
    const count = requirements.filter((requirement) => requirement.kind === kind).length
    return count === 0 ? [] : [`${count} ${kind === 'scopes' ? 'by scope' : kind}`]
  })
  return `${total}: ${kinds.join(', ')}${scopesPart(requirements)}${own}`
}

/** The paths that the gateway answers itself. */
function ownPart(config: Config): string {
  const own = ownPathsOf(config).map(({ path, methods }) => `${methods.join(', ')} ${path}`)
  return own.length === 0 ? '' : `; answered here: ${own.join(', ')}`
}

/** Routes as the admin listener counts them: methods that are written together are one. */
export function routesOf({ apis }: Config): RouteConfig[] {
  return apis.flatMap(({ paths }) => paths).flatMap(({ methods }) => [...new Set(methods.values())])
}

function scopesPart(requirements: readonly Requirement[]): string {
  const sets = requirements.flatMap((requirement) => (requirement.kind === 'scopes' ? requirement.anyOf : []))
  const scopes = [...new Set(sets.flat())]
  if (scopes.length === 0) return ''
  const more = scopes.length > mostScopes ? ` and ${scopes.length - mostScopes} more` : ''
  return `; scopes: ${scopes.slice(0, mostScopes).join(' ')}${more}`
}
