import type { Pattern } from '../route/pattern.ts'
import { contains, intersection, isPreferred, setKey } from '../route/pattern-set.ts'
import { type Draft, type Drafts, type ProposedRoute, routeFor, together } from './draft.ts'
import { implies } from './security.ts'

const mostRounds = 5
const mostPaths = 10_000

/**
 * Adds paths where drafts cross. New paths may cross further ones: where they do so without end, the route
 * that would be found needs more instead.
 */
export function addCrossings(drafts: Drafts): void {
  for (let round = 0; round < mostRounds; round++) {
    const found = newCrossings(drafts)
    if (found.length === 0) return
    if (drafts.size + found.length > mostPaths) break
    for (const { pattern, members } of found)
      drafts.set(setKey(pattern.segments), { pattern, methods: methodsAt(members) })
  }
  for (const { first, second } of newCrossings(drafts))
    for (const [method, route] of first.methods) {
      const other = routeFor(second, method)
      if (other !== undefined) first.methods.set(method, together(route, other))
    }
}

/** A path that the document lists itself is meant as it stands. */
function newCrossings(drafts: Drafts): Crossing[] {
  return crossings([...drafts.values()]).filter(({ pattern }) => !drafts.has(setKey(pattern.segments)))
}

function methodsAt(members: readonly Draft[]): Map<string, ProposedRoute> {
  const methods = new Map<string, ProposedRoute>()
  for (const method of new Set(members.flatMap((member) => [...member.methods.keys()]))) {
    const [first, ...others] = members.flatMap((member) => routeFor(member, method) ?? [])
    if (first !== undefined) methods.set(method, others.reduce(together, first))
  }
  return methods
}

type Crossing = {
  readonly pattern: Pattern
  /** Paths of which one is meant there. */
  readonly members: readonly Draft[]
  readonly first: Draft
  readonly second: Draft
}

/**
 * `/users/{id}` and `/{kind}/admin` cross at `/users/admin`, and a document does not say which of them is
 * meant there. Where the one that the gateway prefers needs less, the crossing becomes a path of its own.
 */
function crossings(drafts: readonly Draft[]): Crossing[] {
  const open = drafts.filter(({ pattern }) => pattern.segments.some(({ kind }) => kind !== 'literal'))
  return open.flatMap((first) =>
    open.flatMap((second): Crossing[] => {
      const a = first.pattern.segments
      const b = second.pattern.segments
      if (first === second || !isPreferred(a, b)) return []
      const common = contains(b, a) ? startOfRest(a, b) : intersection(a, b)
      if (common === undefined || !needsLess(first, second)) return []
      const members = [...new Set([...closest(common, drafts), first, second])]
      return [{ pattern: { segments: common, text: textOf(common) }, members, first, second }]
    }),
  )
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
