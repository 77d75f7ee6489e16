import { scopeToken } from '../http/scope-token.ts'
import { isStricter, type Requirement, requirementKey } from '../route/requirement.ts'
import type { OpenApiDocument } from './document.ts'
import { isMembers, type Members } from './members.ts'
import type { Place } from './place.ts'

/** Who may call an operation, as its document says. */
export type Security =
  /** Nothing, or that nothing is needed for the whole document: nobody has thought of this operation. */
  | { readonly kind: 'unsaid' }
  | { readonly kind: 'said'; readonly requirement: Requirement; readonly place: Place }
  | { readonly kind: 'fault'; readonly message: string; readonly place: Place }

/** Scopes of one alternative; empty for a scheme without, such as an API key. */
type Alternative = readonly string[]

/** That of the operation, else that of the document. */
export function readSecurity(document: OpenApiDocument, operation: Members): Security {
  const isOwn = operation['security'] !== undefined
  const holder = isOwn ? operation : document.root
  const list = document.follow(holder['security'])
  if (list === undefined && holder['security'] === undefined) return { kind: 'unsaid' }
  const place = document.placeOf(holder, 'security')
  if (!isOwn && document.isTwice(holder, 'security')) return { kind: 'fault', message: standsTwice, place }
  if (!Array.isArray(list) || !list.every(isMembers)) return { kind: 'fault', message: noList, place }
  if (list.length > mostAlternatives) return { kind: 'fault', message: tooMany, place }
  const isNothing = list.every((alternative) => Object.keys(alternative).length === 0)
  // Written once for all operations it is a default of some generators, and no decision about any of them.
  if (!isOwn && isNothing) return { kind: 'unsaid' }
  const requirement = requirementOf(list)
  return typeof requirement === 'string'
    ? { kind: 'fault', message: requirement, place }
    : { kind: 'said', requirement, place }
}

const mostAlternatives = 100
const tooMany = `more than ${mostAlternatives} alternatives are not read: write fewer`
const standsTwice = 'security stands twice in the document: keep one'
const noList = 'security is a list of maps, such as [{ oauth: [read] }]'

/**
 * One of the alternatives must be met; of one alternative all schemes together. A string says why nobody
 * could meet it.
 */
function requirementOf(list: readonly Members[]): Requirement | string {
  if (list.length === 0) return { kind: 'public' }
  if (list.some((alternative) => Object.keys(alternative).length === 0))
    return { kind: 'optional', where: [] }
  const alternatives = list.map(scopesOf)
  const read = alternatives.filter((scopes) => scopes !== undefined)
  const possible = read.filter((scopes) => scopes.every((scope) => scopeToken.test(scope)))
  if (possible.length === 0) return read.length === 0 ? noScopes : impossibleScope
  // An alternative that the gateway cannot check must not open the way past one that it can.
  const anyOf = possible.filter((scopes) => scopes.length > 0)
  if (anyOf.length > 0) return { kind: 'scopes', anyOf: simplest(anyOf), where: [] }
  return read.length === list.length && possible.length === read.length
    ? { kind: 'authenticated', where: [] }
    : impossibleScope
}

const noScopes = 'the scopes of a scheme are a list of texts, such as { oauth: [read] }'
const impossibleScope =
  'a scope holds printable ASCII without spaces, quotes and backslashes: no token can hold this'

/** Schemes without OAuth list none, or roles (OpenAPI 3.1), which the token must hold as scopes. */
function scopesOf(alternative: Members): Alternative | undefined {
  const lists = Object.values(alternative)
  const isList = (list: unknown): list is string[] =>
    Array.isArray(list) && list.every((scope) => typeof scope === 'string')
  return lists.every(isList) ? [...new Set(lists.flat())] : undefined
}

/** Each set once. Larger sets than one that is enough stay: `growingScopes` points them out. */
function simplest(sets: readonly Alternative[]): Alternative[] {
  const known = new Map(sets.map((set) => [[...set].sort().join(' '), set]))
  return [...known.values()]
}

/** More sets than these are no longer told apart: all of their scopes are required. */
const mostSets = 32
const mostPairs = 1024

/**
 * Nobody can meet this, since no token of the issuer has this `iss`. It keeps requests of an operation that
 * cannot become a route from a wider one.
 */
export const refused: Requirement = {
  kind: 'authenticated',
  where: [{ claim: 'iss', expected: { values: ['refused'] } }],
}

/** Both together: whoever meets it meets each of them. */
export function unite(first: Requirement, second: Requirement): Requirement {
  if (first === refused || second === refused) return refused
  if (implies(first, second)) return first
  if (implies(second, first)) return second
  if (first.kind !== 'scopes' || second.kind !== 'scopes') throw new Error('other kinds imply each other')
  const all = [...new Set([...first.anyOf, ...second.anyOf].flat())]
  if (first.anyOf.length * second.anyOf.length > mostPairs) return { kind: 'scopes', anyOf: [all], where: [] }
  const sets = first.anyOf.flatMap((a) => second.anyOf.map((b) => [...new Set([...a, ...b])]))
  const needed = simplest(sets).filter((set) => !sets.some((other) => isSmaller(other, set)))
  return { kind: 'scopes', anyOf: needed.length > mostSets ? [all] : needed, where: [] }
}

function isSmaller(set: Alternative, than: Alternative): boolean {
  return set.length < than.length && set.every((scope) => than.includes(scope))
}

/** True when whoever meets `first` meets `second` too. */
export function implies(first: Requirement, second: Requirement): boolean {
  if (first === refused || second === refused) return first === refused
  return requirementKey(first) === requirementKey(second) || isStricter(first, second)
}
