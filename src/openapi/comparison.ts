import type { Pattern } from '../route/pattern.ts'
import { contains, intersection, isPreferred } from '../route/pattern-set.ts'
import { type Requirement, requirementKey } from '../route/requirement.ts'
import type { Operation } from './operation.ts'
import type { LeftOut, Placed } from './placement.ts'
import { implies, refused } from './security.ts'
import type { Translation } from './translation.ts'

/** A path of a configuration, and what each of its methods needs. */
export type ListedPath = { readonly pattern: Pattern; readonly methods: ReadonlyMap<string, ListedRoute> }

type ListedRoute = { readonly requirement: Requirement }

/** Where a document and a configuration do not let the same requests through. */
export type Comparison = {
  /** Operations of which some requests have no route. */
  readonly withoutRoute: readonly { readonly operation: Operation; readonly why: string | undefined }[]
  readonly withoutOperation: readonly ListedMethod[]
  /** Routes that let more through than their operations. */
  readonly wider: readonly (ListedMethod & { readonly operation: Operation; readonly why: string })[]
}

/** One method of a path. */
export type ListedMethod = { readonly pattern: Pattern; readonly method: string }

type Side = { readonly placed: readonly Placed[]; readonly paths: readonly ListedPath[] }

/** Compares as sets of requests, methods included. */
export function compareWithRoutes(
  { placed, leftOut }: Pick<Translation, 'placed' | 'leftOut'>,
  paths: readonly ListedPath[],
): Comparison {
  const side = { placed, paths }
  const methods = paths.flatMap((path) => listedMethods(path).map((method) => ({ ...path, method })))
  const asked = methods.map((listed) => ({ listed, operations: operationsAt(listed, side) }))
  return {
    withoutRoute: [
      ...placed.filter((each) => !isServed(each, paths)).map(unserved),
      ...stillLeftOut(leftOut),
    ],
    withoutOperation: asked
      .filter(({ operations }) => operations.length === 0)
      .map(({ listed: { pattern, method } }) => ({ pattern, method })),
    wider: [
      ...asked.flatMap(({ listed, operations }) => widerPaths(listed, operations)),
      ...asked.flatMap(({ listed, operations }) =>
        weakerRoutes(listed, closest(operations), scopesOf(placed)),
      ),
    ],
  }
}

function unserved({ operation }: Placed): Comparison['withoutRoute'][number] {
  return { operation, why: undefined }
}

/** No route could say these. Those of other hosts, and TRACE, are asked of nobody here. */
function stillLeftOut(leftOut: readonly LeftOut[]): Comparison['withoutRoute'][number][] {
  return leftOut.filter(({ isElsewhere }) => !isElsewhere).map(({ operation, why }) => ({ operation, why }))
}

/** HEAD that only comes with GET is no route of its own, and a route that refuses everybody is none. */
function listedMethods({ methods }: ListedPath): string[] {
  const isOwn = (method: string) => method !== 'HEAD' || methods.get('HEAD') !== methods.get('GET')
  return [...methods]
    .filter(([method, { requirement }]) => isOwn(method) && !refusesEverybody(requirement))
    .map(([method]) => method)
}

function refusesEverybody(requirement: Requirement): boolean {
  return requirementKey(requirement) === requirementKey(refused)
}

/** The path that a request of this pattern finds, where one path serves all of them. */
function servingPath(pattern: Pattern['segments'], paths: readonly ListedPath[]): ListedPath | undefined {
  return paths
    .filter((path) => contains(path.pattern.segments, pattern))
    .reduce<ListedPath | undefined>(
      (best, path) =>
        best === undefined || isPreferred(path.pattern.segments, best.pattern.segments) ? path : best,
      undefined,
    )
}

function isServed({ operation, forms }: Placed, paths: readonly ListedPath[]): boolean {
  return forms.patterns.every(({ segments }) => {
    const route = servingPath(segments, paths)?.methods.get(operation.method)
    return route !== undefined && !refusesEverybody(route.requirement)
  })
}

/** The operations that can be asked for through this method of a path. */
function operationsAt({ pattern, method }: ListedMethod, { placed, paths }: Side): Asked {
  const all = placed.flatMap((each) => each.forms.patterns.map((form) => ({ placed: each, pattern: form })))
  const reached = all.flatMap((each) => {
    const common = intersection(pattern.segments, each.pattern.segments)
    const isServed = common !== undefined && servingPath(common, paths)?.pattern === pattern
    return isServed ? [{ ...each, common }] : []
  })
  const named = reached.filter(({ placed: { operation } }) => operation.method === method)
  return named.length > 0 ? named : reached.filter(({ placed: { operation } }) => isHeadOf(operation, method))
}

/** Where an operation is written for these requests alone, a more general one is not meant by them. */
function closest(reached: Asked): Asked {
  return reached.filter(
    ({ common, pattern: { segments } }) =>
      !reached.some(
        ({ pattern: { segments: other } }) =>
          contains(other, common) && contains(segments, other) && !contains(other, segments),
      ),
  )
}

/** `common`: the requests that this path serves of the operation. */
type AskedOperation = {
  readonly placed: Placed
  readonly pattern: Pattern
  readonly common: Pattern['segments']
}

/** HTTP has HEAD wherever it has GET (RFC 9110 section 9.3.2). */
function isHeadOf(operation: Operation, method: string): boolean {
  return operation.method === 'GET' && method === 'HEAD'
}

type Asked = readonly AskedOperation[]

function widerPaths({ pattern, method }: ListedMethod, operations: Asked): Comparison['wider'][number][] {
  const [first] = operations
  const whole = operations.filter((each) => contains(each.pattern.segments, pattern.segments))
  const exact = whole.find(({ placed }) => placed.forms.widened === undefined)
  if (first === undefined || exact !== undefined) return []
  const { operation, forms } = (whole[0] ?? first).placed
  return [{ pattern, method, operation, why: forms.widened ?? 'it covers more paths' }]
}

/**
 * A route that needs less lets more requests through. Where a configuration names its scopes otherwise than
 * the document, nobody can tell; whether a token is needed at all can always be told.
 */
function weakerRoutes(
  { pattern, method, methods }: ListedPath & ListedMethod,
  operations: Asked,
  known: ReadonlySet<string>,
): Comparison['wider'][number][] {
  const route = methods.get(method)
  if (route === undefined) return []
  const requirement = withKnownScopes(withoutConditions(route.requirement), known)
  if (requirement === undefined) return []
  return operations
    .filter(({ placed: { operation } }) => operation.security.kind === 'said')
    .filter(({ placed }) => !implies(requirement, placed.requirement))
    .map(({ placed: { operation } }) => ({ pattern, method, operation, why: 'it requires less' }))
}

/** One known set that is enough opens the route, whatever the others are called; undefined without any. */
function withKnownScopes(requirement: Requirement, known: ReadonlySet<string>): Requirement | undefined {
  if (requirement.kind !== 'scopes') return requirement
  const anyOf = requirement.anyOf.filter((set) => set.every((scope) => known.has(scope)))
  return anyOf.length === 0 ? undefined : { ...requirement, anyOf }
}

/** Conditions only take away, and a document has no words for them. */
function withoutConditions(requirement: Requirement): Requirement {
  if (requirement.kind === 'public') return requirement
  if (requirement.kind === 'scopes') return { kind: 'scopes', anyOf: requirement.anyOf, where: [] }
  return { kind: requirement.kind, where: [] }
}

function scopesOf(placed: readonly Placed[]): Set<string> {
  return new Set(
    placed.flatMap(({ requirement }) => (requirement.kind === 'scopes' ? requirement.anyOf.flat() : [])),
  )
}
