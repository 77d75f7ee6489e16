import type { Distinction } from '../http/look-alike.ts'
import { findRouteConflicts } from '../route/conflict.ts'
import { contains, intersection, isPreferred, setKey } from '../route/pattern-set.ts'
import type { Requirement } from '../route/requirement.ts'
import { addCrossings } from './crossings.ts'
import { addRoute, type Draft, type ProposedPath, routeFor, together } from './draft.ts'
import type { Operation } from './operation.ts'
import type { LeftOut, Placed, Placement } from './placement.ts'
import { reaches } from './reach.ts'
import { implies, refused } from './security.ts'

export type ProposedRoutes = {
  readonly paths: readonly ProposedPath[]
  /** Differences that the upstream must tell apart, as the document itself does. */
  readonly distinguishes: readonly Distinction[]
  /** Operations that become no route, since requests of one that is left out look like theirs. */
  readonly lost: ReadonlySet<Operation>
}

/**
 * Makes routes of operations. No request may need less than an operation that could be meant by it: whatever
 * falls together is united, and requests of an operation that is left out must not find a wider route.
 * Undefined where too many paths cross.
 */
export function proposeRoutes({ placed, leftOut }: Placement): ProposedRoutes | undefined {
  const drafts = new Map<string, Draft>()
  for (const { operation, requirement, forms } of placed) {
    const { widened, isMatrix } = forms
    const route = { requirement, operations: [operation], isWidened: widened !== undefined, isMatrix }
    for (const pattern of forms.patterns) addRoute(drafts, pattern, operation.method, route)
  }
  for (const { operation, patterns } of leftOut)
    for (const pattern of patterns)
      for (const method of methodNames(operation))
        addRoute(drafts, pattern, method, { ...plain, requirement: refused, operations: [operation] })
  const written = [...drafts.values()]
  for (const draft of written) uniteCovered(draft, written)
  for (const draft of written) uniteLeftOut(draft, leftOut)
  for (const { forms, ...each } of placed) uniteInside({ ...each, patterns: forms.patterns }, drafts)
  for (const each of leftOut) uniteInside(each, drafts)
  if (!addCrossings(drafts)) return undefined
  const paths = withoutNeedless([...drafts.values()])
  return { paths, distinguishes: distinctionsFor(paths), lost: lostOperations(placed, paths) }
}

const plain = { isWidened: false, isMatrix: false }

/** Of a path that cannot be read, nobody knows the methods. */
function methodNames({ method }: Operation): readonly string[] {
  return method === 'any' ? ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] : [method]
}

/** An operation whose paths no route can say may still be asked for through routes of others. */
function uniteLeftOut(draft: Draft, leftOut: readonly LeftOut[]): void {
  for (const { operation, requirement, patterns, reaches: all } of leftOut)
    if (patterns.length === 0 && all.some((reach) => reaches(reach, draft.pattern)))
      requireToo(draft, operation, requirement)
}

/** A path inside of a widened one is found first, also by requests that the wider operation is meant by. */
function uniteInside(
  { operation, patterns, requirement, reaches: all }: Omit<LeftOut, 'why' | 'isElsewhere'>,
  drafts: ReadonlyMap<string, Draft>,
): void {
  if (all.length === 0) return
  for (const draft of drafts.values()) {
    const { segments } = draft.pattern
    const isInside = patterns.some(
      (wide) => isPreferred(segments, wide.segments) && contains(wide.segments, segments),
    )
    if (isInside && all.some((reach) => reaches(reach, draft.pattern)))
      requireToo(draft, operation, requirement)
  }
}

/** A request for HEAD that has no route of its own goes with GET. */
function requireToo({ methods }: Draft, operation: Operation, requirement: Requirement): void {
  const names = methodNames(operation)
  for (const [method, route] of methods) {
    const isMeant = names.includes(method) || (method === 'GET' && names.includes('HEAD'))
    if (isMeant && !implies(route.requirement, requirement))
      methods.set(method, together(route, { ...plain, requirement, operations: [operation] }))
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
  const byKey = new Map(paths.map((path) => [setKey(path.pattern.segments), path]))
  const isLost = ({ operation, forms }: Placed) =>
    forms.patterns.some(({ segments }) => {
      const route = byKey.get(setKey(segments))?.methods.get(operation.method)
      return route === undefined || route.requirement === refused
    })
  return new Set(placed.filter(isLost).map(({ operation }) => operation))
}

/** A widened path takes requests of others away, which must not need less there than before. */
function uniteCovered(draft: Draft, all: readonly Draft[]): void {
  const { segments } = draft.pattern
  for (const [method, route] of withHead(draft.methods)) {
    if (!route.isWidened) continue
    const covered = all.filter(
      (other) =>
        other !== draft &&
        isPreferred(segments, other.pattern.segments) &&
        intersection(segments, other.pattern.segments) !== undefined,
    )
    const others = covered.flatMap((other) => routeFor(other, method) ?? [])
    const united = others.reduce((sum, other) => together(sum, { ...other, isMatrix: false }), route)
    // Without a route of its own, HEAD goes with GET, which may need less.
    const goesWith = draft.methods.get(method) ?? draft.methods.get('GET')
    if (
      draft.methods.has(method) ||
      !implies(goesWith?.requirement ?? united.requirement, united.requirement)
    )
      draft.methods.set(method, united)
  }
}

/** In the order in which they are tried: most upstreams tell extensions apart, and few of them case. */
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
