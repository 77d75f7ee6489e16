import { findRouteConflicts, type RouteConflict } from '../../route/conflict.ts'
import type { IssueList } from '../issue-list.ts'
import type { KeyPath } from '../yaml/key-path.ts'
import type { ComposedApi } from './apis.ts'

/**
 * Reports paths and APIs that cannot both stand, and warns of those that hardly can. Where one of the two has
 * an error already, nothing is said: its requirement is not known.
 */
export function reportConflicts(apis: readonly ComposedApi[], issues: IssueList): void {
  const byName = new Map(apis.map((api) => [api.config.name, api]))
  const pathOf = ({ api, path }: RouteConflict['first']): KeyPath => {
    const owner = byName.get(api)
    return (path === undefined ? owner?.at : owner?.writtenAt.get(path)) ?? []
  }
  const isWrong = ({ api, path }: RouteConflict['first']): boolean => {
    const at = byName.get(api)?.at ?? []
    return path === undefined
      ? issues.hasError([...at, 'hosts']) || issues.hasError([...at, 'path'])
      : issues.hasError(pathOf({ api, path }))
  }
  const conflicts = findRouteConflicts(apis.map(({ config }) => tableApi(config))).filter(
    ({ kind, first, second }) => kind === 'same-path' || !(isWrong(first) || isWrong(second)),
  )
  for (const conflict of conflicts) {
    const at = pathOf(conflict.second)
    if (conflict.kind === 'weaker-wildcard') issues.warning(at, textOf(conflict), 'key')
    else issues.error(at, textOf(conflict), 'key')
  }
}

function tableApi(config: ComposedApi['config']) {
  return {
    ...config,
    paths: config.paths.map(({ pattern, methods }) => ({
      pattern,
      methods: new Map([...methods].map(([method, route]) => [method, { kind: 'route' as const, ...route }])),
    })),
  }
}

const folding = 'to an upstream that ignores case, dots, extensions or Unicode forms'

function textOf({ kind, first, second }: RouteConflict): string {
  const other = first.api === second.api ? first.path : `${first.path} of the API ${first.api}`
  switch (kind) {
    case 'same-path':
      return `covers the same paths as ${other}: keep one of them`
    case 'look-alike':
      return first.api === second.api
        ? `looks the same as ${other} ${folding}, but requires something else: ` +
            'require the same of both, rename one, or say in distinguishes what the upstream tells apart'
        : `looks the same as ${other} ${folding}: ` +
            'rename one, or say in distinguishes what the upstreams tell apart'
    case 'same-api':
      return (
        `has the same host and path as the API ${first.api}: ` +
        'give one of them other hosts or another path'
      )
    case 'weaker-wildcard':
      return (
        `requires less than ${other} beside it: ` +
        `an upstream that ignores extensions would serve that as ${first.path}.json, ` +
        'which is therefore refused with 400; distinguishes: [extension] says that it does not'
      )
    default:
      return kind satisfies never
  }
}
