import type { Distinction } from '../http/look-alike.ts'
import { foldPattern } from './look-alikes.ts'
import { setKey } from './pattern-set.ts'
import { isStricter, requirementKey } from './requirement.ts'
import type { TableApi, TablePath, TableRoute } from './table.ts'
import { createTrie } from './trie.ts'

/** Two declared paths, or two APIs, that exclude each other. */
export type RouteConflict = {
  readonly kind: 'same-path' | 'look-alike' | 'same-api' | 'weaker-wildcard'
  readonly first: { readonly api: string; readonly path?: string }
  readonly second: { readonly api: string; readonly path?: string }
}

/** Every conflict at once, in linear time. `weaker-wildcard` is a warning, the others are errors. */
export function findRouteConflicts<R extends TableRoute>(
  apis: readonly TableApi<R>[],
): readonly RouteConflict[] {
  return [...sameApis(apis), ...apis.flatMap(pathConflicts), ...neighbourConflicts(apis)]
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

/**
 * Look-alikes in APIs that share a host: there the folded path prefix chooses the API. Each path is also
 * folded as the other APIs of the host fold theirs. A path that two APIs write alike is no conflict: the
 * longer prefix wins.
 */
function neighbourConflicts<R extends TableRoute>(apis: readonly TableApi<R>[]): RouteConflict[] {
  const found = new Map<string, RouteConflict>()
  for (const neighbours of byHost(apis).values()) {
    const foldings = new Map(
      neighbours.map(({ distinguishes }) => [distinguishes.toSorted().join(), distinguishes]),
    )
    for (const distinguishes of foldings.values())
      for (const conflict of foldedConflicts(neighbours, distinguishes))
        found.set(JSON.stringify([conflict.first, conflict.second]), conflict)
  }
  return [...found.values()]
}

function byHost<R extends TableRoute>(apis: readonly TableApi<R>[]): Map<string, TableApi<R>[]> {
  const groups = new Map<string, TableApi<R>[]>()
  for (const api of apis) {
    for (const host of api.hosts.length === 0 ? [''] : api.hosts) {
      const group = groups.get(host)
      if (group === undefined) groups.set(host, [api])
      else group.push(api)
    }
  }
  return groups
}

function foldedConflicts<R extends TableRoute>(
  apis: readonly TableApi<R>[],
  distinguishes: readonly Distinction[],
): RouteConflict[] {
  const owners = new Map<string, { readonly api: TableApi<R>; readonly path: TablePath<R> }>()
  const conflicts: RouteConflict[] = []
  for (const api of apis) {
    for (const path of api.paths) {
      const key = setKey(foldPattern(path.pattern.segments, distinguishes))
      const owner = owners.get(key) ?? { api, path }
      owners.set(key, owner)
      if (owner.api === api || setKey(owner.path.pattern.segments) === setKey(path.pattern.segments)) continue
      if (differ(owner.path, path) || !isPublic(path))
        conflicts.push({
          kind: 'look-alike',
          first: { api: owner.api.name, path: owner.path.pattern.text },
          second: { api: api.name, path: path.pattern.text },
        })
    }
  }
  return conflicts
}

function isPublic<R extends TableRoute>(path: TablePath<R>): boolean {
  return [...path.methods.values()].every(({ requirement }) => requirement.kind === 'public')
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
  return setKey(path.pattern.segments.slice(0, -1))
}

function isWeaker<R extends TableRoute>(wildcard: TablePath<R>, literal: TablePath<R>): boolean {
  for (const [method, route] of literal.methods) {
    const other = wildcard.methods.get(method)
    if (other !== undefined && isStricter(route.requirement, other.requirement)) return true
  }
  return false
}
