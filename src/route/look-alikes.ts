import { type Distinction, foldPath, foldSegment, stemOf } from '../http/look-alike.ts'
import { type AffixedSegment, isBelow, type Pattern, type PatternSegment } from './pattern.ts'
import { type Requirement, requirementKey } from './requirement.ts'
import { createTrie, type Trie } from './trie.ts'

/** As much of a route as look-alikes are told apart by. */
type FoldedRoute = { readonly requirement: Requirement }

type Methods = ReadonlyMap<string, FoldedRoute>

/** The routes of one API as an upstream that folds paths reads them. */
export type FoldedApi = {
  readonly distinguishes: readonly Distinction[]
  readonly pathPrefix: string
  readonly guard: string
  readonly paths: Trie<Methods>
}

/** A request that has a route. */
export type RoutedRequest = { readonly path: string; readonly method: string; readonly route: FoldedRoute }

/**
 * True when an upstream that folds paths could take this request for one that needs something else. `own` is
 * the API of the request's route. `apis` are those of its host in order of precedence: the folded path
 * chooses among them anew.
 */
export function isLookAlike(
  { path, method, route }: RoutedRequest,
  own: FoldedApi,
  apis: readonly FoldedApi[],
): boolean {
  for (const api of apis) {
    const folded = foldPath(path, api.distinguishes)
    if (folded === undefined) return true
    const methods = findFolded(api, folded)
    if (methods === undefined) {
      if (isBelow(folded, api.pathPrefix)) return false
      continue
    }
    return !needsTheSame(methods.get(method), route) || (api !== own && !isOpen(route, own, api))
  }
  return false
}

/** Two APIs may have one upstream. That is no matter where both ask the same of everybody: nothing. */
function isOpen({ requirement }: FoldedRoute, own: FoldedApi, other: FoldedApi): boolean {
  return requirement.kind === 'public' && own.guard === other.guard
}

function findFolded({ paths, distinguishes }: FoldedApi, path: string): Methods | undefined {
  return distinguishes.includes('extension') ? paths.find(path) : paths.findScript(path, stemOf)
}

function needsTheSame(other: FoldedRoute | undefined, route: FoldedRoute): boolean {
  return other !== undefined && requirementKey(other.requirement) === requirementKey(route.requirement)
}

type FoldedFrom = Pick<FoldedApi, 'distinguishes' | 'pathPrefix'> & Partial<Pick<FoldedApi, 'guard'>>

/** Folds the routes of an API when the file loads. */
export function foldApi(
  { distinguishes, pathPrefix, guard = '' }: FoldedFrom,
  paths: readonly { readonly pattern: Pattern; readonly methods: Methods }[],
): FoldedApi {
  const values = paths.map(({ pattern, methods }) => ({ segments: pattern.segments, value: methods }))
  return {
    distinguishes,
    pathPrefix: foldPrefix(pathPrefix, distinguishes),
    guard,
    paths: foldPatterns(values, distinguishes),
  }
}

/** Patterns as an upstream that folds paths reads them, each with a value. */
export function foldPatterns<T>(
  patterns: readonly { readonly segments: Segments; readonly value: T }[],
  distinguishes: readonly Distinction[],
): Trie<T> {
  const folded = createTrie<T>()
  for (const read of readings(distinguishes))
    for (const { segments, value } of patterns) folded.add(read(segments), value)
  return folded
}

/** How an upstream may read a pattern; what is added first for a set of paths stays. */
function readings(distinguishes: readonly Distinction[]): readonly ((segments: Segments) => Segments)[] {
  return [
    (segments) => foldPattern(segments, distinguishes),
    // `/v1.0/**` covers `/v1.0` too, which loses its extension when it is asked for.
    (segments) => foldPattern(withoutRest(segments), distinguishes),
    // A server that finds `/admin.php` for `/admin` gives it what is behind `/admin/`.
    (segments) => foldStems(segments, distinguishes),
  ]
}

/** Something follows a prefix, so that its last segment keeps its extension. */
function foldPrefix(prefix: string, distinguishes: readonly Distinction[]): string {
  return foldPath(`${prefix}/-`, distinguishes)?.slice(0, -'/-'.length) ?? prefix
}

type Segments = readonly PatternSegment[]

/** Literals as an upstream that folds reads them; the last segment loses its extension. */
export function foldPattern(segments: Segments, distinguishes: readonly Distinction[]): Segments {
  return segments.map((segment, index) => fold(segment, distinguishes, index === segments.length - 1))
}

/** The same, where every literal segment loses its extension. */
function foldStems(segments: Segments, distinguishes: readonly Distinction[]): Segments {
  return segments.map((segment, index) =>
    fold(segment, distinguishes, segment.kind === 'literal' || index === segments.length - 1),
  )
}

function fold(segment: PatternSegment, distinguishes: readonly Distinction[], stem: boolean): PatternSegment {
  const foldText = (text: string) => foldSegment(text, distinguishes, stem)
  if (segment.kind === 'literal') return { kind: 'literal', text: foldText(segment.text) }
  return segment.kind === 'affixed' ? foldAffixed(segment, foldText) : segment
}

/** Stands for the value of a parameter while the literals around it are folded: no path can hold it. */
const loneSurrogate = '\ud800'

/**
 * `/{id}.json` becomes `/{id}`, and `/report.{format}` becomes `/report`: there the parameter is the
 * extension.
 */
function foldAffixed(
  { name, prefix, suffix }: AffixedSegment,
  foldText: (text: string) => string,
): PatternSegment {
  const [before = '', after] = foldText(prefix + loneSurrogate + suffix).split(loneSurrogate)
  if (after === undefined) return { kind: 'literal', text: before }
  return before === '' && after === ''
    ? { kind: 'param', name }
    : { kind: 'affixed', name, prefix: before, suffix: after }
}

/** False when folding changes this pattern: then a path that folding leaves alone may look like one of it. */
export function isFolded(segments: Segments, distinguishes: readonly Distinction[]): boolean {
  const bare = withoutRest(segments)
  const folded = foldStems(bare, distinguishes)
  return JSON.stringify(folded) === JSON.stringify(bare)
}

function withoutRest(segments: Segments): Segments {
  return segments.at(-1)?.kind === 'rest' ? segments.slice(0, -1) : segments
}
