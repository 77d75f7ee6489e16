import type { Distinction } from '../http/look-alike.ts'
import type { RequestTarget } from '../http/request-target.ts'
import { memo } from '../memo.ts'
import { hostRank } from './host-rank.ts'
import { type FoldedApi, foldApi, isFolded, isLookAlike } from './look-alikes.ts'
import { isBelow, type Pattern } from './pattern.ts'
import type { Requirement } from './requirement.ts'
import { createTrie, type Trie } from './trie.ts'

/** As much of a route as the table needs; the gateway's own route type extends it. */
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
  /** Stands for whatever all its routes ask in addition, the same text for the same. Default: nothing */
  readonly guard?: string
  readonly paths: readonly TablePath<R>[]
}

/** Why a request has no route. Built when the file loads, save for irregular targets. */
export type RouteMiss = {
  readonly kind: 'miss'
  readonly code: 'not_found' | 'method_not_allowed' | 'ambiguous_target'
  readonly detail: string
  /** The API's name, when host and path chose one. */
  readonly api: string | undefined
  /** As the operator wrote it, when the path has routes. */
  readonly pattern: string | undefined
  /** `method_not_allowed`: the value of `Allow`. */
  readonly allow: string | undefined
}

export type RouteTable<R extends TableRoute> = {
  /** The one route for this request; irregular targets and look-alikes are misses. */
  find(hostName: string, target: RequestTarget, method: string): R | RouteMiss
  /** The path alone, for CORS preflights: the most specific one, whatever its methods, or undefined. */
  findPath(hostName: string, path: string): { readonly api: string; readonly path: TablePath<R> } | undefined
  /** The API that host and path prefix choose, whether or not it has a route for the path. */
  findApi(hostName: string, path: string): string | undefined
}

/** One API, compiled: its routes by path, and the same as an upstream that folds reads them. */
type CompiledApi<R extends TableRoute> = {
  readonly name: string
  readonly hosts: readonly string[]
  readonly pathPrefix: string
  readonly paths: Trie<CompiledPath<R>>
  readonly folded: FoldedApi
  readonly noRoute: RouteMiss
  readonly ambiguous: RouteMiss
}

type CompiledPath<R extends TableRoute> = {
  readonly path: TablePath<R>
  readonly methodMiss: RouteMiss
}

/** The APIs of one host in order of precedence: the most specific host first, then the longest prefix. */
type HostApis<R extends TableRoute> = {
  readonly apis: readonly CompiledApi<R>[]
  readonly folded: readonly FoldedApi[]
}

/** Compiles 10,000 routes in well under a second. Assumes that `findRouteConflicts` reported no error. */
export function createRouteTable<R extends TableRoute>(apis: readonly TableApi<R>[]): RouteTable<R> {
  const compiled = apis.map(compileApi)
  const apisOf = memo((hostName) => hostApis(compiled, hostName), { longestKey: longestHost })
  const foldsToItself = apis.every((api) =>
    api.paths.every(({ pattern }) => isFolded(pattern.segments, api.distinguishes)),
  )
  return {
    findApi: (hostName, path) => apiFor(apisOf(hostName), path)?.name,
    findPath(hostName, path) {
      const api = apiFor(apisOf(hostName), path)
      const found = api?.paths.find(path)
      return api && found && { api: api.name, path: found.path }
    },
    find(hostName, target, method) {
      const host = apisOf(hostName)
      const api = apiFor(host, target.path)
      if (api === undefined) return target.irregularities === 0 ? noApi : irregular
      const route = findRoute(api, target, method)
      if (route.kind === 'miss' || (target.plain && foldsToItself)) return route
      const request = { path: target.path, method, route }
      return isLookAlike(request, api.folded, host.folded) ? api.ambiguous : route
    },
  }
}

/**
 * An irregular target is refused before a path or a method that is missing: whoever asks learns nothing of
 * these.
 */
function findRoute<R extends TableRoute>(
  api: CompiledApi<R>,
  target: RequestTarget,
  method: string,
): R | RouteMiss {
  const found = api.paths.find(target.path)
  const route = found?.path.methods.get(method)
  if ((target.irregularities & ~(route?.allow ?? 0)) !== 0)
    return irregularAt(found?.methodMiss ?? api.noRoute)
  return route ?? found?.methodMiss ?? api.noRoute
}

/** Octets of the longest name (RFC 1035 section 2.3.4). */
const longestHost = 255

function hostApis<R extends TableRoute>(all: readonly CompiledApi<R>[], hostName: string): HostApis<R> {
  const apis = all
    .filter(({ hosts }) => hostRank(hosts, hostName) >= 0)
    .sort(
      (a, b) =>
        hostRank(b.hosts, hostName) - hostRank(a.hosts, hostName) ||
        b.pathPrefix.length - a.pathPrefix.length,
    )
  return { apis, folded: apis.map(({ folded }) => folded) }
}

function apiFor<R extends TableRoute>({ apis }: HostApis<R>, path: string): CompiledApi<R> | undefined {
  for (const api of apis) if (isBelow(path, api.pathPrefix)) return api
  return undefined
}

function compileApi<R extends TableRoute>(api: TableApi<R>): CompiledApi<R> {
  const { name, hosts, pathPrefix } = api
  const paths = createTrie<CompiledPath<R>>()
  for (const path of api.paths) paths.add(path.pattern.segments, compilePath(name, path))
  return {
    name,
    hosts,
    pathPrefix,
    paths,
    folded: foldApi(api, api.paths),
    noRoute: miss('not_found', 'No route is declared for this path', name),
    ambiguous: miss(
      'ambiguous_target',
      'Another spelling of this path has a route with another requirement ' +
        '(letter case, trailing dots, extension, Unicode)',
      name,
    ),
  }
}

function compilePath<R extends TableRoute>(api: string, path: TablePath<R>): CompiledPath<R> {
  const methods = [...path.methods.keys()].join(', ')
  const methodMiss: RouteMiss = {
    kind: 'miss',
    code: 'method_not_allowed',
    detail: `This path has no route for this method; it has ${methods}`,
    api,
    pattern: path.pattern.text,
    allow: methods,
  }
  return { path, methodMiss }
}

function miss(code: RouteMiss['code'], detail: string, api: string | undefined): RouteMiss {
  return { kind: 'miss', code, detail, api, pattern: undefined, allow: undefined }
}

const noApi = miss('not_found', 'No API is declared for this host and path', undefined)
const irregularDetail =
  'The path is irregular (encoded slashes, delimiters or percents, parameters, empty segments, no UTF-8); ' +
  'allow at the route admits it'
const irregular = miss('ambiguous_target', irregularDetail, undefined)

function irregularAt({ api, pattern }: RouteMiss): RouteMiss {
  return { ...irregular, api, pattern }
}
