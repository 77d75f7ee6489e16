import { createLiteralPaths } from '../../route/literal-paths.ts'
import type { Pattern } from '../../route/pattern.ts'
import type { IssueList } from '../issue-list.ts'
import type { OwnPath } from '../own-paths.ts'
import type { ComposedApi } from './apis.ts'

/** Reports routes that no request would ever come to, since the gateway answers their path itself. */
export function reportOwnPathConflicts(
  own: readonly OwnPath[],
  apis: readonly ComposedApi[],
  issues: IssueList,
): void {
  if (own.length === 0) return
  const paths = createLiteralPaths(new Map(own.map((each) => [each.path, each])))
  for (const { config, writtenAt } of apis) {
    for (const { pattern } of config.paths) {
      const path = literalPathOf(pattern)
      const found = path === undefined ? undefined : paths.find({ path, plain: false })
      if (found === undefined) continue
      const { value, isExact } = found
      const name = value.at.join('.')
      issues.error(
        writtenAt.get(pattern.text) ?? [],
        isExact
          ? `the gateway answers this path itself (${name}): rename one of them`
          : `looks the same as ${value.path}, which the gateway answers itself (${name}): rename one of them`,
        'key',
      )
    }
  }
}

/** Undefined for a path with a wildcard, which the own paths are taken out of. */
function literalPathOf({ segments }: Pattern): string | undefined {
  const texts = segments.map((segment) => (segment.kind === 'literal' ? `/${segment.text}` : undefined))
  return texts.includes(undefined) ? undefined : texts.join('') || '/'
}
