import { type Distinction, foldPath, foldSegment } from '../http/look-alike.ts'
import { isBelow, type PatternSegment } from './pattern.ts'
import { createTrie, type Trie } from './trie.ts'

/** Requirement keys by method: two routes with one key ask the same of a request. */
export type RequirementKeys = ReadonlyMap<string, string>

/** The routes of one API as an upstream that folds paths reads them. */
export type FoldedApi = {
  readonly distinguishes: readonly Distinction[]
  readonly pathPrefix: string
  readonly paths: Trie<RequirementKeys>
}

/** A request that has a route, and the key of the requirement of that route. */
export type LookAlikeQuestion = {
  readonly path: string
  readonly method: string
  /** Irregularities that the route allows, as a bit set. */
  readonly allow: number
  readonly key: string
}

/**
 * True when an upstream that folds paths could take this request for one that needs something else. `own` is the API of
 * the request's route. `apis` are those of its host in order of precedence: the folded path chooses among them anew.
 */
export function isLookAlike(
  { path, method, allow, key }: LookAlikeQuestion,
  own: FoldedApi,
  apis: readonly FoldedApi[],
): boolean {
  for (const api of apis) {
    const folded = foldPath(path, api.distinguishes, allow)
    if (folded === undefined) return true
    if (!isBelow(folded, api.pathPrefix)) continue
    const keys = api.paths.find(folded)
    if (keys === undefined) return false
    return keys.get(method) !== key || (api !== own && key !== 'public')
  }
  return false
}

/** Folds the routes of an API when the file loads. */
export function foldApi(
  { distinguishes, pathPrefix }: Pick<FoldedApi, 'distinguishes' | 'pathPrefix'>,
  paths: readonly { readonly segments: readonly PatternSegment[]; readonly keys: RequirementKeys }[],
): FoldedApi {
  const folded = createTrie<RequirementKeys>()
  for (const { segments, keys } of paths) folded.add(foldPattern(segments, distinguishes), keys)
  // `/v1.0/**` covers `/v1.0` too, which loses its extension when it is asked for. Paths that are written go first.
  for (const { segments, keys } of paths) folded.add(foldPattern(withoutRest(segments), distinguishes), keys)
  return { distinguishes, pathPrefix: foldPath(pathPrefix, distinguishes, 0) ?? pathPrefix, paths: folded }
}

/** Literal segments as an upstream that folds reads them; the last one loses its extension. */
export function foldPattern(
  segments: readonly PatternSegment[],
  distinguishes: readonly Distinction[],
): readonly PatternSegment[] {
  return segments.map((segment, index) =>
    segment.kind === 'literal'
      ? { kind: 'literal', text: foldSegment(segment.text, distinguishes, index === segments.length - 1) }
      : segment,
  )
}

/** False when folding changes this pattern: then a path in which it changes nothing may still look like another one. */
export function isFolded(
  segments: readonly PatternSegment[],
  distinguishes: readonly Distinction[],
): boolean {
  return foldPattern(withoutRest(segments), distinguishes).every((folded, index) => {
    const segment = segments[index]
    return folded.kind !== 'literal' || (segment?.kind === 'literal' && folded.text === segment.text)
  })
}

function withoutRest(segments: readonly PatternSegment[]): readonly PatternSegment[] {
  return segments.at(-1)?.kind === 'rest' ? segments.slice(0, -1) : segments
}
