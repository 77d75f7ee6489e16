import type { Pattern } from '../route/pattern.ts'
import { setKey } from '../route/pattern-set.ts'
import type { Requirement } from '../route/requirement.ts'
import type { Operation } from './operation.ts'
import { refused, unite } from './security.ts'

/** One path of the routes, and what its methods need. */
export type ProposedPath = { readonly pattern: Pattern; readonly methods: ReadonlyMap<string, ProposedRoute> }

export type ProposedRoute = {
  readonly requirement: Requirement
  /** Those that it comes from, and whose requirements it unites. */
  readonly operations: readonly Operation[]
  /** Its path covers more than these operations. */
  readonly isWidened: boolean
  readonly isMatrix: boolean
}

/** A path while its routes are put together. */
export type Draft = { readonly pattern: Pattern; readonly methods: Map<string, ProposedRoute> }

/** By the set of paths that each covers. */
export type Drafts = Map<string, Draft>

export function addRoute(drafts: Drafts, pattern: Pattern, method: string, route: ProposedRoute): void {
  const key = setKey(pattern.segments)
  const draft = drafts.get(key) ?? { pattern, methods: new Map() }
  drafts.set(key, draft)
  const known = draft.methods.get(method)
  draft.methods.set(method, known === undefined ? route : together(known, route))
}

/** One route for more operations than these says nothing of any of them: it refuses everybody. */
const mostOperations = 100

/** Requires what both require. */
export function together(first: ProposedRoute, second: ProposedRoute): ProposedRoute {
  const operations = [...new Set([...first.operations, ...second.operations])]
  const isTooMuch = operations.length > mostOperations
  return {
    requirement: isTooMuch ? refused : unite(first.requirement, second.requirement),
    operations: isTooMuch ? first.operations : operations,
    isWidened: first.isWidened || second.isWidened,
    isMatrix: first.isMatrix || second.isMatrix,
  }
}

/** A route for GET serves HEAD too. */
export function routeFor({ methods }: Draft, method: string): ProposedRoute | undefined {
  return methods.get(method) ?? (method === 'HEAD' ? methods.get('GET') : undefined)
}
