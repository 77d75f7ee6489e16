import type { Distinction } from '../http/look-alike.ts'
import { findRouteConflicts } from '../route/conflict.ts'
import type { Pattern } from '../route/pattern.ts'
import { contains, intersection, isPreferred, setKey } from '../route/pattern-set.ts'
import type { Requirement } from '../route/requirement.ts'
import type { Operation } from './operation.ts'
import type { LeftOut, Placed, Placement } from './placement.ts'
import { reaches } from './reach.ts'
import { implies, refused, unite } from './security.ts'

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

export type ProposedRoutes = {
  readonly paths: readonly ProposedPath[]
  /** What the upstream must tell apart, as the document itself does. */
  readonly distinguishes: readonly Distinction[]
  /** Operations that become no route, since requests of one that is left out look like theirs. */
  readonly lost: ReadonlySet<Operation>
}

type Draft = { readonly pattern: Pattern; readonly methods: Map<string, ProposedRoute> }

/**
 * Makes routes of operations. No request may need less than an operation that could be meant by it: whatever
 * falls together is united, and requests of an operation that is left out must not find a wider route.
 */
export function proposeRoutes({ placed, leftOut }: Placement): ProposedRoutes {
  const drafts = new Map<string, Draft>()
  for (const { operation, requirement, forms } of placed) {
    const { widened, isMatrix } = forms
    const route = { requirement, operations: [operation], isWidened: widened !== undefined, isMatrix }
    for (const pattern of forms.patterns) add(drafts, pattern, operation.method, route)
  }
  for (const { operation, patterns } of leftOut)
    for (const pattern of patterns)
      for (const method of methodNames(operation))
        add(drafts, pattern, method, { ...plain, requirement: refused, operations: [operation] })
  const written = [...drafts.values()]
  for (const draft of written) uniteCovered(draft, written)
  for (const draft of written) uniteLeftOut(draft, leftOut)
  addCrossings(drafts, written)
  const paths = withoutNeedless([...drafts.values()])
  return { paths, distinguishes: distinctionsFor(paths), lost: lostOperations(placed, paths) }
}

const plain = { isWidened: false, isMatrix: false }

/** Of a path that cannot be read, nobody knows the methods. */
function methodNames({ method }: Operation): readonly string[] {
  return method === 'any' ? ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] : [method]
}

function addCrossings(drafts: Map<string, Draft>, written: readonly Draft[]): void {
  const isListed = new Set(drafts.keys())
  for (const [pattern, methods] of crossings(written)) {
    if (isListed.has(setKey(pattern.segments))) continue
    for (const [method, route] of methods) add(drafts, pattern, method, route)
  }
}

/** An operation whose paths no route can say may still be asked for through routes of others. */
function uniteLeftOut({ pattern, methods }: Draft, leftOut: readonly LeftOut[]): void {
  for (const { operation, requirement, reaches: all } of leftOut) {
    if (!all.some((reach) => reaches(reach, pattern))) continue
    const names = methodNames(operation)
    for (const [method, route] of methods) {
      const isMeant = names.includes(method) || (method === 'GET' && names.includes('HEAD'))
      if (isMeant && !implies(route.requirement, requirement))
        methods.set(method, together(route, { ...plain, requirement, operations: [operation] }))
    }
  }
}

/**
 * A route that refuses everybody is needed only where another one would be found without it: a path that has
 * other methods answers 405.
 */
function withoutNeedless(drafts: readonly Draft[]): Draft[] {
  return drafts.flatMap((draft) => {
    const open = [...draft.methods].filter(([, { requirement }]) => requirement !== refused)
    const needed = [...draft.methods].filter(
      ([method, { requirement }]) =>
        requirement !== refused ||
        (open.length === 0
          ? drafts.some((other) => isExposed(draft, other, method))
          : method === 'HEAD' && open.some(([name]) => name === 'GET')),
    )
    return needed.length === 0 ? [] : [{ ...draft, methods: new Map(needed) }]
  })
}

function isExposed(draft: Draft, other: Draft, method: string): boolean {
  const route = other === draft ? undefined : routeFor(other, method)
  if (route === undefined || route.requirement === refused) return false
  const { segments } = other.pattern
  return (
    isPreferred(draft.pattern.segments, segments) &&
    intersection(draft.pattern.segments, segments) !== undefined
  )
}

/** Placed, but refused because it shares its path with one that is left out. */
function lostOperations(placed: readonly Placed[], paths: readonly ProposedPath[]): Set<Operation> {
  const open = new Set(
    paths.flatMap(({ methods }) =>
      [...methods.values()].flatMap(({ requirement, operations }) =>
        requirement === refused ? [] : operations,
      ),
    ),
  )
  return new Set(placed.map(({ operation }) => operation).filter((operation) => !open.has(operation)))
}

function add(drafts: Map<string, Draft>, pattern: Pattern, method: string, route: ProposedRoute): void {
  const key = setKey(pattern.segments)
  const draft = drafts.get(key) ?? { pattern, methods: new Map() }
  drafts.set(key, draft)
  const known = draft.methods.get(method)
  draft.methods.set(method, known === undefined ? route : together(known, route))
}

function together(first: ProposedRoute, second: ProposedRoute): ProposedRoute {
  return {
    requirement: unite(first.requirement, second.requirement),
    operations: [...new Set([...first.operations, ...second.operations])],
    isWidened: first.isWidened || second.isWidened,
    isMatrix: first.isMatrix || second.isMatrix,
  }
}

/** A widened path takes requests of others away, which must not need less there than before. */
function uniteCovered(draft: Draft, all: readonly Draft[]): void {
  const { segments } = draft.pattern
  for (const [method, route] of draft.methods) {
    if (!route.isWidened) continue
    const covered = all.filter(
      (other) =>
        other !== draft &&
        isPreferred(segments, other.pattern.segments) &&
        intersection(segments, other.pattern.segments) !== undefined,
    )
    const others = covered.flatMap((other) => routeFor(other, method) ?? [])
    draft.methods.set(
      method,
      others.reduce((united, other) => together(united, { ...other, isMatrix: false }), route),
    )
  }
}

/** A route for GET serves HEAD too. */
function routeFor({ methods }: Draft, method: string): ProposedRoute | undefined {
  return methods.get(method) ?? (method === 'HEAD' ? methods.get('GET') : undefined)
}

/**
 * `/users/{id}` and `/{kind}/admin` cross at `/users/admin`, and a document does not say which of them is
 * meant there. Where the one that the gateway prefers needs less, the crossing becomes a path of its own.
 */
function crossings(drafts: readonly Draft[]): [Pattern, Map<string, ProposedRoute>][] {
  const open = drafts.filter(({ pattern }) => pattern.segments.some(({ kind }) => kind !== 'literal'))
  return open.flatMap((first) =>
    open.flatMap((second): [Pattern, Map<string, ProposedRoute>][] => {
      const a = first.pattern.segments
      const b = second.pattern.segments
      if (first === second || !isPreferred(a, b) || contains(b, a)) return []
      const common = intersection(a, b)
      if (common === undefined || !needsLess(first, second)) return []
      return [[{ segments: common, text: textOf(common) }, crossed(first, second)]]
    }),
  )
}

function needsLess(first: Draft, second: Draft): boolean {
  return methodsOf(first, second).some((method) => {
    const mine = routeFor(first, method)
    const other = routeFor(second, method)
    return mine !== undefined && other !== undefined && !implies(mine.requirement, other.requirement)
  })
}

function crossed(first: Draft, second: Draft): Map<string, ProposedRoute> {
  return new Map(
    methodsOf(first, second).flatMap((method): [string, ProposedRoute][] => {
      const routes = [routeFor(first, method), routeFor(second, method)].filter(
        (route) => route !== undefined,
      )
      const [one, other] = routes
      if (one === undefined) return []
      return [[method, other === undefined ? one : together(one, other)]]
    }),
  )
}

function methodsOf(first: Draft, second: Draft): string[] {
  return [...new Set([...first.methods.keys(), ...second.methods.keys()])]
}

/** In plain characters, with names that occur once. */
function textOf(segments: Pattern['segments']): string {
  const parts = segments.map((segment, index) => {
    if (segment.kind === 'literal') return decodeURIComponent(segment.text)
    if (segment.kind === 'affixed')
      return `${decodeURIComponent(segment.prefix)}{p_${index}}${decodeURIComponent(segment.suffix)}`
    return { param: `{p_${index}}`, any: '*', rest: '**' }[segment.kind]
  })
  return `/${parts.join('/')}`
}

/** In the order in which they are tried. Most upstreams tell extensions apart, and few of them letter case. */
const distinctions: readonly Distinction[] = ['extension', 'case', 'dots', 'unicode']

/**
 * A document that lists `chat.delete` and `chat.get` with other requirements says that its upstream tells
 * them apart: the fewest distinctions with which all of its paths can stand.
 */
function distinctionsFor(paths: readonly ProposedPath[]): readonly Distinction[] {
  const needed = (distinguishes: readonly Distinction[]) => foldedTogether(paths, distinguishes) > 0
  if (!needed([])) return []
  const single = distinctions.find((distinction) => !needed([distinction]))
  if (single !== undefined) return [single]
  return distinctions.filter((distinction) => needed(distinctions.filter((other) => other !== distinction)))
}

function foldedTogether(paths: readonly ProposedPath[], distinguishes: readonly Distinction[]): number {
  const table = paths.map(({ pattern, methods }) => ({
    pattern,
    methods: new Map(
      [...withHead(methods)].map(([method, { requirement }]) => [
        method,
        { kind: 'route' as const, requirement, allow: 0 },
      ]),
    ),
  }))
  const api = { name: 'api', hosts: [], pathPrefix: '', distinguishes, paths: table }
  return findRouteConflicts([api]).filter(({ kind }) => kind === 'look-alike').length
}

function withHead(methods: ProposedPath['methods']): ProposedPath['methods'] {
  const get = methods.get('GET')
  return get === undefined || methods.has('HEAD') ? methods : new Map([...methods, ['HEAD', get]])
}
