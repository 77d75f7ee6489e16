import type { Requirement } from '../route/requirement.ts'
import { type Operation, operationName } from './operation.ts'
import type { Placed } from './placement.ts'

/** Operations for which an argument is not made from one or two of them. */
const fewestAlike = 3

/** Says what a person should look at in the scopes of a document. Nothing is changed because of it. */
export function scopeHints(placed: readonly Placed[]): readonly string[] {
  const withScopes = placed.filter(({ requirement, operation }) => {
    return requirement.kind === 'scopes' && operation.security.kind === 'said'
  })
  return [...fullSet(withScopes), ...growing(withScopes), ...withoutScopes(placed, withScopes.length)]
}

/** Then the scopes tell nothing apart. */
function fullSet(placed: readonly Placed[]): string[] {
  const sets = new Set(placed.map(({ requirement }) => JSON.stringify(anyOf(requirement))))
  const [first] = placed
  if (first === undefined || sets.size !== 1 || placed.length < fewestAlike) return []
  const scopes = anyOf(first.requirement)[0] ?? []
  if (scopes.length < 2) return []
  return [
    `every operation that asks for scopes asks for the same ${scopes.length} scopes (${scopes.join(' ')}): ` +
      'that is usually all that there are; write at each route those that it needs',
  ]
}

/** Lists as those of Microsoft Graph, from least to most privileged: any one of them is meant. */
function growing(placed: readonly Placed[]): string[] {
  const found = placed.filter(({ requirement }) => anyOf(requirement).some(growsInside))
  const nested = placed.filter(({ requirement }) => growsOutside(anyOf(requirement)))
  return [...grownHint(found, insideAdvice), ...grownHint(nested, outsideAdvice)]
}

const insideAdvice =
  'all of them are required now; where any one is enough, write { anyOf: [...] } with each by itself'
const outsideAdvice = 'the larger sets add nothing, since the smallest is enough; write the one that is meant'

function grownHint(found: readonly Placed[], advice: string): string[] {
  const [first] = found
  if (first === undefined) return []
  const example = anyOf(first.requirement)[0]?.slice(0, 3).join(' ') ?? ''
  const operations = found.length === 1 ? '1 operation lists' : `${found.length} operations list`
  return [
    `${operations} scopes that grow from least to most, such as ${example} ` +
      `at ${operationName(first.operation)}: ${advice}`,
  ]
}

function growsInside(set: readonly string[]): boolean {
  const words = set.map((scope) => scope.toLowerCase())
  return words.some((scope, index) => more(scope).some((greater) => words.indexOf(greater) > index))
}

/** Names of the same thing with more rights. */
function more(scope: string): string[] {
  const greater = ['readwrite', 'read_write', 'read-write', 'write', 'manage', 'admin']
  return /read(?![_-]?write)/.test(scope)
    ? greater.map((word) => scope.replace(/read(?![_-]?write)/, word))
    : []
}

function growsOutside(sets: readonly (readonly string[])[]): boolean {
  return sets.some((set) =>
    sets.some((other) => other.length > set.length && set.every((scope) => other.includes(scope))),
  )
}

function withoutScopes(placed: readonly Placed[], others: number): string[] {
  const bare = placed.filter(({ requirement }) => requirement.kind === 'authenticated')
  if (bare.length === 0) return []
  const count = bare.length === 1 ? '1 operation asks' : `${bare.length} operations ask`
  const rest = others === 0 ? '; the document names no scopes at all' : ''
  return [`${count} for credentials without a scope: any valid token passes there${rest}`]
}

function anyOf(requirement: Requirement): readonly (readonly string[])[] {
  return requirement.kind === 'scopes' ? requirement.anyOf : []
}

/** Operations that need no token, or for which a token is a choice. */
export function openOperations(placed: readonly Placed[], kind: 'public' | 'optional'): readonly Operation[] {
  return placed.filter(({ requirement }) => requirement.kind === kind).map(({ operation }) => operation)
}
