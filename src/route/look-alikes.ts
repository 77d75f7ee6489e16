import { type Distinction, foldPath, foldSegment } from '../http/look-alike.ts'
import { type AffixedSegment, isBelow, type Pattern, type PatternSegment } from './pattern.ts'
import { type Requirement, requirementKey } from './requirement.ts'
import { createTrie, type Trie } from './trie.ts'

/** As much of a route as look-alikes are told apart by. */
type FoldedRoute = {
  readonly requirement: Requirement
  /** Irregularities that the route allows, as a bit set. */
  readonly allow: number
}

/** The routes of one API as an upstream that folds paths reads them. */
export type FoldedApi = {
  readonly distinguishes: readonly Distinction[]
  readonly pathPrefix: string
  /** The routes by method. */
  readonly paths: Trie<ReadonlyMap<string, FoldedRoute>>
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
    const folded = foldPath(path, api.distinguishes, route.allow)
    if (folded === undefined) return true
    if (!isBelow(folded, api.pathPrefix)) continue
    const methods = api.paths.find(folded)
    if (methods === undefined) return false
    return !needsTheSame(methods.get(method), route) || (api !== own && route.requirement.kind !== 'public')
  }
  return false
}

function needsTheSame(other: FoldedRoute | undefined, route: FoldedRoute): boolean {
  return other !== undefined && requirementKey(other.requirement) === requirementKey(route.requirement)
}

/** Folds the routes of an API when the file loads. */
export function foldApi(
  { distinguishes, pathPrefix }: Pick<FoldedApi, 'distinguishes' | 'pathPrefix'>,
  paths: readonly { readonly pattern: Pattern; readonly methods: ReadonlyMap<string, FoldedRoute> }[],
): FoldedApi {
  const folded: FoldedApi['paths'] = createTrie()
  for (const { pattern, methods } of paths) folded.add(foldPattern(pattern.segments, distinguishes), methods)
  // Paths as written go first. `/v1.0/**` covers `/v1.0` too, which loses its extension when it is asked for,
  // and `/report.{format}` covers `/report.tar.gz`, which has one left.
  for (const { pattern, methods } of paths) {
    folded.add(foldPattern(withoutRest(pattern.segments), distinguishes), methods)
    if (pattern.segments.at(-1)?.kind === 'affixed')
      folded.add(foldPattern(pattern.segments, [...distinguishes, 'extension']), methods)
  }
  return { distinguishes, pathPrefix: foldPath(pathPrefix, distinguishes, 0) ?? pathPrefix, paths: folded }
}

/** Literals as an upstream that folds reads them; the last segment loses its extension. */
export function foldPattern(
  segments: readonly PatternSegment[],
  distinguishes: readonly Distinction[],
): readonly PatternSegment[] {
  const fold = (text: string, index: number) =>
    foldSegment(text, distinguishes, index === segments.length - 1)
  return segments.map((segment, index) => {
    if (segment.kind === 'literal') return { kind: 'literal', text: fold(segment.text, index) }
    return segment.kind === 'affixed' ? foldAffixed(segment, (text) => fold(text, index)) : segment
  })
}

/** Stands for the value of a parameter while the literals around it are folded: no path can hold it. */
const loneSurrogate = '\ud800'

/** `/{id}.json` becomes `/{id}`, and `/report.{format}` becomes `/report`: there the parameter is the extension. */
function foldAffixed(
  { name, prefix, suffix }: AffixedSegment,
  fold: (text: string) => string,
): PatternSegment {
  const [before = '', after] = fold(prefix + loneSurrogate + suffix).split(loneSurrogate)
  if (after === undefined) return { kind: 'literal', text: before }
  return before === '' && after === ''
    ? { kind: 'param', name }
    : { kind: 'affixed', name, prefix: before, suffix: after }
}

/** False when folding changes this pattern: then a path that folding leaves alone may look like one of it. */
export function isFolded(
  segments: readonly PatternSegment[],
  distinguishes: readonly Distinction[],
): boolean {
  const bare = withoutRest(segments)
  return JSON.stringify(foldPattern(bare, distinguishes)) === JSON.stringify(bare)
}

function withoutRest(segments: readonly PatternSegment[]): readonly PatternSegment[] {
  return segments.at(-1)?.kind === 'rest' ? segments.slice(0, -1) : segments
}
