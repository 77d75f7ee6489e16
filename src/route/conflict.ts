import type { PatternSegment } from './pattern.ts'
import { isStricter, requirementKey } from './requirement.ts'
import { foldPattern, type TableApi, type TablePath, type TableRoute } from './table.ts'
import { createTrie } from './trie.ts'

/** Two declared paths (or APIs) that cannot both stand. `first` and `second` say which API and path. */
export type RouteConflict = {
  readonly kind: 'same-path' | 'look-alike' | 'same-api' | 'weaker-wildcard'
  readonly first: { readonly api: string; readonly path?: string }
  readonly second: { readonly api: string; readonly path?: string }
}

/** Every conflict at once, in time that grows with the number of routes; `weaker-wildcard` is a warning, the rest are errors. */
export function findRouteConflicts<R extends TableRoute>(
  apis: readonly TableApi<R>[],
): readonly RouteConflict[] {
  return [...sameApis(apis), ...apis.flatMap(pathConflicts)]
}

function sameApis<R extends TableRoute>(apis: readonly TableApi<R>[]): RouteConflict[] {
  const owners = new Map<string, string>()
  const conflicts: RouteConflict[] = []
  for (const api of apis) {
    for (const host of api.hosts.length === 0 ? [''] : api.hosts) {
      const key = `${host}\n${api.pathPrefix}`
      const owner = owners.get(key)
      if (owner === undefined) owners.set(key, api.name)
      else conflicts.push({ kind: 'same-api', first: { api: owner }, second: { api: api.name } })
    }
  }
  return conflicts
}

function pathConflicts<R extends TableRoute>(api: TableApi<R>): RouteConflict[] {
  const primary = createTrie<TablePath<R>>()
  const folded = createTrie<TablePath<R>>()
  const conflicts: RouteConflict[] = []
  const conflict = (kind: RouteConflict['kind'], first: TablePath<R>, second: TablePath<R>) =>
    conflicts.push({
      kind,
      first: { api: api.name, path: first.pattern.text },
      second: { api: api.name, path: second.pattern.text },
    })
  for (const path of api.paths) {
    const same = primary.add(path.pattern.segments, path)
    if (same !== undefined) conflict('same-path', same, path)
    const alike = folded.add(foldPattern(path.pattern.segments, api.distinguishes), path)
    if (alike !== undefined && alike !== same && differ(alike, path)) conflict('look-alike', alike, path)
  }
  if (!api.distinguishes.includes('extension')) {
    for (const [literal, wildcard] of siblings(api.paths)) {
      if (isWeaker(wildcard, literal)) conflict('weaker-wildcard', literal, wildcard)
    }
  }
  return conflicts
}

function differ<R extends TableRoute>(first: TablePath<R>, second: TablePath<R>): boolean {
  const methods = new Set([...first.methods.keys(), ...second.methods.keys()])
  return [...methods].some((method) => keyOf(first, method) !== keyOf(second, method))
}

function keyOf<R extends TableRoute>(path: TablePath<R>, method: string): string | undefined {
  const route = path.methods.get(method)
  return route && requirementKey(route.requirement)
}

/** Pairs of paths that differ in their last segment only, a literal in one and a wildcard in the other. */
function siblings<R extends TableRoute>(paths: readonly TablePath<R>[]): [TablePath<R>, TablePath<R>][] {
  const wildcards = new Map<string, TablePath<R>>()
  for (const path of paths) {
    const last = path.pattern.segments.at(-1)
    if (last?.kind === 'param' || last?.kind === 'any') wildcards.set(parentKey(path), path)
  }
  return paths.flatMap((path) => {
    const wildcard =
      path.pattern.segments.at(-1)?.kind === 'literal' ? wildcards.get(parentKey(path)) : undefined
    return wildcard === undefined ? [] : [[path, wildcard] as [TablePath<R>, TablePath<R>]]
  })
}

function parentKey<R extends TableRoute>(path: TablePath<R>): string {
  return path.pattern.segments.slice(0, -1).map(segmentKey).join('/')
}

function segmentKey(segment: PatternSegment): string {
  return segment.kind === 'literal' ? segment.text : '*'
}

function isWeaker<R extends TableRoute>(wildcard: TablePath<R>, literal: TablePath<R>): boolean {
  for (const [method, route] of literal.methods) {
    const other = wildcard.methods.get(method)
    if (other !== undefined && isStricter(route.requirement, other.requirement)) return true
  }
  return false
}
