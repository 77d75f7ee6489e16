import { hostsMeet } from '../../route/host-rank.ts'
import { createLiteralPaths } from '../../route/literal-paths.ts'
import type { Pattern } from '../../route/pattern.ts'
import type { IssueList } from '../issue-list.ts'
import type { OwnPath } from '../own-paths.ts'
import type { ComposedApi } from './apis.ts'

/**
 * Reports paths that the gateway would answer in two ways, and routes that no request would ever come to,
 * since the gateway answers their path itself.
 */
export function reportOwnPathConflicts(
  own: readonly OwnPath[],
  apis: readonly ComposedApi[],
  issues: IssueList,
): void {
  if (own.length === 0) return
  reportDoubles(own, issues)
  const paths = createLiteralPaths(byPath(own))
  for (const { config, writtenAt } of apis) {
    for (const { pattern } of config.paths) {
      const path = literalPathOf(pattern)
      const found = path === undefined ? undefined : paths.find({ path, plain: false })
      const other = found?.value.find(({ hosts }) => hostsMeet(hosts, config.hosts))
      if (found === undefined || other === undefined) continue
      const name = other.at.join('.')
      issues.error(
        writtenAt.get(pattern.text) ?? [],
        found.isExact
          ? `the gateway answers this path itself (${name}): ${other.mend}`
          : `looks the same as ${other.path}, which the gateway answers itself (${name}): ${other.mend}`,
        'key',
      )
    }
  }
}

function reportDoubles(own: readonly OwnPath[], issues: IssueList): void {
  for (const [path, all] of byPath(own)) {
    for (const [i, each] of all.entries()) {
      const first = all.slice(0, i).find(({ hosts }) => hostsMeet(hosts, each.hosts))
      if (first === undefined) continue
      issues.error(
        each.at,
        `the gateway would answer ${path} for this and for ${first.at.join('.')}: change one of them`,
      )
    }
  }
}

function byPath(own: readonly OwnPath[]): ReadonlyMap<string, readonly OwnPath[]> {
  const groups = new Map<string, OwnPath[]>()
  for (const each of own) groups.set(each.path, [...(groups.get(each.path) ?? []), each])
  return groups
}

/** Undefined for a path with a wildcard, which the own paths are taken out of. */
function literalPathOf({ segments }: Pattern): string | undefined {
  const texts = segments.map((segment) => (segment.kind === 'literal' ? `/${segment.text}` : undefined))
  return texts.includes(undefined) ? undefined : texts.join('') || '/'
}
