import { type Distinction, foldPath, foldSegment } from '../http/look-alike.ts'
import type { RequestTarget } from '../http/request-target.ts'
import type { Pattern, PatternSegment } from './pattern.ts'
import { type Requirement, requirementKey } from './requirement.ts'
import { createTrie, type Trie } from './trie.ts'

/** What the table needs to know of a route; the gateway's own route type extends it. */
export type TableRoute = {
  readonly kind: 'route'
  readonly requirement: Requirement
  /** Irregularities that this route allows, as a bit set. */
  readonly allow: number
}

export type TablePath<R extends TableRoute> = {
  readonly pattern: Pattern
  /** Complete: `any` expanded, HEAD added. */
  readonly methods: ReadonlyMap<string, R>
}

export type TableApi<R extends TableRoute> = {
  readonly name: string
  readonly hosts: readonly string[]
  readonly pathPrefix: string
  readonly distinguishes: readonly Distinction[]
  readonly paths: readonly TablePath<R>[]
}

/** Why no route stands for a request. Built once; `api` is the API's name when one was chosen. */
export type RouteMiss = {
  readonly kind: 'miss'
  readonly code: 'not_found' | 'method_not_allowed' | 'ambiguous_target'
  readonly detail: string
  readonly api: string | undefined
  readonly pattern: string | undefined
  /** `method_not_allowed`: the value of `Allow`. */
  readonly allow: string | undefined
}

export type RouteTable<R extends TableRoute> = {
  /** The one route for this request, irregular targets and look-alikes checked (decisions.md section 1). Never allocates much. */
  find(hostName: string, target: RequestTarget, method: string): R | RouteMiss
  /** The path alone, for CORS preflights: the most specific one, whatever its methods, or undefined. */
  findPath(hostName: string, path: string): { readonly api: string; readonly path: TablePath<R> } | undefined
  /** The API that host and path prefix choose, whether or not a route stands there. */
  findApi(hostName: string, path: string): string | undefined
}

/** One API, compiled: its trie over full paths, and a second one over folded paths. */
type Compiled<R extends TableRoute> = {
  readonly api: TableApi<R>
  readonly primary: Trie<PathEntry<R>>
  readonly folded: Trie<PathEntry<R>>
  readonly foldedPrefix: string
  readonly noRoute: RouteMiss
  readonly ambiguous: RouteMiss
}

type PathEntry<R extends TableRoute> = {
  readonly path: TablePath<R>
  /** Requirement keys by method: what look-alikes are compared by. */
  readonly keys: ReadonlyMap<string, string>
  readonly methodMiss: RouteMiss
}

/** Compiles 10,000 routes in well under a second. Assumes that `findRouteConflicts` reported no error. */
export function createRouteTable<R extends TableRoute>(apis: readonly TableApi<R>[]): RouteTable<R> {
  const compiled = apis.map(compileApi)
  const chosen = new Map<string, readonly Compiled<R>[]>()
  const foldsToItself = apis.every((api) =>
    api.paths.every(({ pattern }) => isFolded(pattern, api.distinguishes)),
  )

  /** The APIs of a host, the most specific host first, then the longest prefix. Remembered: hosts are few. */
  function apisOf(hostName: string): readonly Compiled<R>[] {
    const known = chosen.get(hostName)
    if (known !== undefined) return known
    const found = compiled
      .filter(({ api }) => hostRank(api.hosts, hostName) >= 0)
      .sort(
        (a, b) =>
          hostRank(b.api.hosts, hostName) - hostRank(a.api.hosts, hostName) ||
          b.api.pathPrefix.length - a.api.pathPrefix.length,
      )
    if (chosen.size < 1000) chosen.set(hostName, found)
    return found
  }

  function findCompiled(hostName: string, path: string): Compiled<R> | undefined {
    for (const api of apisOf(hostName)) if (isBelow(path, api.api.pathPrefix)) return api
    return undefined
  }

  /** What a legacy upstream may take this request for, by the rules of whichever API that would be. */
  function isLookAlike(
    hostName: string,
    path: string,
    method: string,
    route: R,
    own: Compiled<R>,
    key: string,
  ): boolean {
    for (const api of apisOf(hostName)) {
      const folded = foldPath(path, api.api.distinguishes, route.allow)
      if (folded === undefined) return true
      if (!isBelow(folded, api.foldedPrefix)) continue
      const entry = api.folded.find(folded)
      if (entry === undefined) return false
      const other = entry.keys.get(method)
      return other !== key || (api !== own && key !== 'public')
    }
    return false
  }

  return {
    findApi: (hostName, path) => findCompiled(hostName, path)?.api.name,
    findPath(hostName, path) {
      const api = findCompiled(hostName, path)
      const entry = api?.primary.find(path)
      return api && entry && { api: api.api.name, path: entry.path }
    },
    find(hostName, target, method) {
      const api = findCompiled(hostName, target.path)
      if (api === undefined) return target.irregularities === 0 ? noApi : irregular
      const entry = api.primary.find(target.path)
      const route = entry?.path.methods.get(method)
      if ((target.irregularities & ~(route?.allow ?? 0)) !== 0)
        return irregularAt(entry?.methodMiss ?? api.noRoute)
      if (entry === undefined) return api.noRoute
      if (route === undefined) return entry.methodMiss
      if (target.plain && foldsToItself) return route
      const key = entry.keys.get(method) ?? ''
      return isLookAlike(hostName, target.path, method, route, api, key) ? api.ambiguous : route
    },
  }
}

function compileApi<R extends TableRoute>(api: TableApi<R>): Compiled<R> {
  const primary = createTrie<PathEntry<R>>()
  const folded = createTrie<PathEntry<R>>()
  const entries = api.paths.map((path) => pathEntry(api.name, path))
  for (const entry of entries) {
    const { segments } = entry.path.pattern
    primary.add(segments, entry)
    folded.add(foldPattern(segments, api.distinguishes), entry)
  }
  // `/v1.0/**` covers `/v1.0` too, which loses its extension when it is asked for. Paths that are written go first.
  for (const entry of entries) {
    folded.add(foldPattern(withoutRest(entry.path.pattern.segments), api.distinguishes), entry)
  }
  return {
    api,
    primary,
    folded,
    foldedPrefix: foldPath(api.pathPrefix, api.distinguishes, 0) ?? api.pathPrefix,
    noRoute: miss('not_found', 'No route is declared for this path', api.name),
    ambiguous: miss(
      'ambiguous_target',
      'Another spelling of this path has a route with another requirement (letter case, trailing dots, extension, Unicode)',
      api.name,
    ),
  }
}

function pathEntry<R extends TableRoute>(api: string, path: TablePath<R>): PathEntry<R> {
  const keys = new Map(
    [...path.methods].map(([method, route]) => [method, requirementKey(route.requirement)]),
  )
  const allow = [...path.methods.keys()].join(', ')
  const methodMiss: RouteMiss = {
    kind: 'miss',
    code: 'method_not_allowed',
    detail: 'The route for this path does not list this method',
    api,
    pattern: path.pattern.text,
    allow,
  }
  return { path, keys, methodMiss }
}

/** Literal segments as a folding upstream reads them; the last one loses its extension. */
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

/** False when a path that is written as a folding upstream reads it could be taken for another one. */
function isFolded({ segments }: Pattern, distinguishes: readonly Distinction[]): boolean {
  return foldPattern(withoutRest(segments), distinguishes).every((folded, index) => {
    const segment = segments[index]
    return folded.kind !== 'literal' || (segment?.kind === 'literal' && folded.text === segment.text)
  })
}

function withoutRest(segments: readonly PatternSegment[]): readonly PatternSegment[] {
  return segments.at(-1)?.kind === 'rest' ? segments.slice(0, -1) : segments
}

/** -1: not this host. Exact names above wildcards, longer wildcards above shorter ones, any host last. */
function hostRank(hosts: readonly string[], hostName: string): number {
  if (hosts.length === 0) return 0
  let rank = -1
  for (const host of hosts) {
    if (host === hostName) return Number.MAX_SAFE_INTEGER
    if (host.startsWith('*.') && hostName.length > host.length - 1 && hostName.endsWith(host.slice(1))) {
      rank = Math.max(rank, host.length)
    }
  }
  return rank
}

function isBelow(path: string, prefix: string): boolean {
  return (
    path.startsWith(prefix) && (path.length === prefix.length || prefix === '' || path[prefix.length] === '/')
  )
}

function miss(code: RouteMiss['code'], detail: string, api: string | undefined): RouteMiss {
  return { kind: 'miss', code, detail, api, pattern: undefined, allow: undefined }
}

const noApi = miss('not_found', 'No API is declared for this host and path', undefined)
const irregularDetail =
  'The path is irregular (encoded slashes, delimiters or percents, parameters, empty segments, no UTF-8); allow at the route admits it'
const irregular = miss('ambiguous_target', irregularDetail, undefined)

function irregularAt({ api, pattern }: RouteMiss): RouteMiss {
  return { ...irregular, api, pattern }
}
