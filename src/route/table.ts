import type { Distinction } from '../http/look-alike.ts'
import type { RequestTarget } from '../http/request-target.ts'
import type { Pattern } from './pattern.ts'
import type { Requirement } from './requirement.ts'

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

/** Two declared paths (or APIs) that cannot both stand. `first` and `second` say which API and path. */
export type RouteConflict = {
  readonly kind: 'same-path' | 'look-alike' | 'same-api' | 'weaker-wildcard'
  readonly first: { readonly api: string; readonly path?: string }
  readonly second: { readonly api: string; readonly path?: string }
  readonly method?: string
}

/** Compiles 10,000 routes in well under a second. Assumes that `findRouteConflicts` reported no error. */
export declare function createRouteTable<R extends TableRoute>(apis: readonly TableApi<R>[]): RouteTable<R>

/** Every conflict at once; `weaker-wildcard` is a warning, the rest are errors. */
export declare function findRouteConflicts<R extends TableRoute>(
  apis: readonly TableApi<R>[],
): readonly RouteConflict[]
