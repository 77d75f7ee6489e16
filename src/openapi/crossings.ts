import type { Pattern } from '../route/pattern.ts'
import { contains, intersection, isPreferred, setKey } from '../route/pattern-set.ts'
import { type Draft, type Drafts, type ProposedRoute, routeFor, together } from './draft.ts'
import { implies } from './security.ts'

const mostRounds = 5
/** Public documents have a few dozen. */
export const mostCrossings = 1000

/**
 * Adds paths where drafts cross. New paths may cross further ones. False when there is no end to it: then
 * nothing can be said about these drafts.
 */
export function addCrossings(drafts: Drafts): boolean {
  for (let round = 0; round < mostRounds; round++) {
    const found = firstOf(newCrossings(drafts), mostCrossings)
    if (found.length === 0) return true
    if (found.length === mostCrossings) return false
    const known = [...drafts.values()]
    for (const { common, first, second } of found) {
      const members = [...new Set([...closest(common, known), first, second])]
      const pattern = { segments: common, text: textOf(common) }
      drafts.set(setKey(common), { pattern, methods: methodsAt(members) })
    }
  }
  return firstOf(newCrossings(drafts), 1).length === 0
}

function firstOf<T>(items: Iterable<T>, most: number): T[] {
  const found: T[] = []
  for (const item of items) {
    if (found.length === most) break
    found.push(item)
  }
  return found
}

/** A path that the document lists itself is meant as it stands. */
function* newCrossings(drafts: Drafts): Generator<Crossing> {
  for (const crossing of crossings([...drafts.values()]))
    if (!drafts.has(setKey(crossing.common))) yield crossing
}

function methodsAt(members: readonly Draft[]): Map<string, ProposedRoute> {
  const methods = new Map<string, ProposedRoute>()
  for (const method of new Set(members.flatMap((member) => [...member.methods.keys()]))) {
    const [first, ...others] = members.flatMap((member) => routeFor(member, method) ?? [])
    if (first !== undefined) methods.set(method, others.reduce(together, first))
  }
  return methods
}

/** Two paths, the preferred one first, and the requests that may be meant for either. */
type Crossing = {
  readonly common: Pattern['segments']
  readonly first: Draft
  readonly second: Draft
}

/**
 * `/users/{id}` and `/{kind}/admin` cross at `/users/admin`, and a document does not say which of them is
 * meant there. Where the one that the gateway prefers needs less, the crossing becomes a path of its own.
 */
function* crossings(drafts: readonly Draft[]): Generator<Crossing> {
  const open = drafts.filter(({ pattern }) => pattern.segments.some(({ kind }) => kind !== 'literal'))
  for (const first of open)
    for (const second of open) {
      const common = first === second ? undefined : commonPaths(first, second)
      if (common !== undefined && needsLess(first, second)) yield { common, first, second }
    }
}

function commonPaths(first: Draft, second: Draft): Pattern['segments'] | undefined {
  const a = first.pattern.segments
  const b = second.pattern.segments
  const common = intersection(a, b)
  if (common === undefined || !isPreferred(a, b)) return undefined
  return contains(b, a) ? startOfRest(a, b) : common
}

/** The paths that cover all of this pattern, but for those that cover another one of them. */
function closest(common: Pattern['segments'], drafts: readonly Draft[]): Draft[] {
  const covering = drafts.filter(({ pattern }) => contains(pattern.segments, common))
  return covering.filter(
    ({ pattern: { segments } }) =>
      !covering.some(
        ({ pattern: { segments: inner } }) => contains(segments, inner) && !contains(inner, segments),
      ),
  )
}

/** `/files/**` is found for `/files` too, where it stands for nothing: then a wider path is meant. */
function startOfRest(rest: Pattern['segments'], wider: Pattern['segments']): Pattern['segments'] | undefined {
  const start = rest.at(-1)?.kind === 'rest' ? rest.slice(0, -1) : undefined
  return start !== undefined && contains(wider, start) ? start : undefined
}

function needsLess(first: Draft, second: Draft): boolean {
  return methodsOf(first, second).some((method) => {
    const mine = routeFor(first, method)
    const other = routeFor(second, method)
    return mine !== undefined && other !== undefined && !implies(mine.requirement, other.requirement)
  })
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
