import type * as v from 'valibot'
import type { Issue } from './issue.ts'
import type { At, Path, YamlTree } from './yaml/tree.ts'

/** Collects what is wrong with one file. What already has an issue is not complained about a second time. */
export type IssueList = {
  error(path: Path, message: string, at?: At): void
  /** Not for a value that is wrong already. */
  warning(path: Path, message: string, at?: At): void
  /** What a schema found in the value at this path. */
  schemaErrors(path: Path, issues: readonly v.BaseIssue<unknown>[]): void
  /** True when an error stands at this path or below it. */
  hasError(path: Path): boolean
  /** By position, each once: through an alias the same place can be met on several ways. */
  all(): readonly Issue[]
}

export function createIssueList(tree: YamlTree): IssueList {
  const issues: Issue[] = [...tree.issues]
  const failed = new Set<string>()
  const put = (path: Path, message: string, severity: Issue['severity'], at: At) => {
    if (!tree.isUnreadable(path)) issues.push(tree.issueAt(path, message, { severity, at }))
  }
  const list: IssueList = {
    error(path, message, at = 'value') {
      for (let length = 0; length <= path.length; length++) failed.add(keyOf(path.slice(0, length)))
      put(path, message, 'error', at)
    },
    warning(path, message, at = 'value') {
      if (!list.hasError(path)) put(path, message, 'warning', at)
    },
    schemaErrors(path, found) {
      for (const issue of found) {
        const message = issue.input === null ? `${issue.message}; this key has no value` : issue.message
        list.error([...path, ...pathOf(issue)], message, issue.path?.at(-1)?.origin ?? 'value')
      }
    },
    hasError: (path) => failed.has(keyOf(path)) || tree.isUnreadable(path),
    all: () => inOrder(issues),
  }
  return list
}

function keyOf(path: Path): string {
  return JSON.stringify(path)
}

function inOrder(issues: readonly Issue[]): Issue[] {
  const seen = new Set<string>()
  return [...issues]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .filter((issue) => {
      const id = `${issue.line}:${issue.column}:${issue.message}`
      return !seen.has(id) && seen.add(id)
    })
}

/** Where in the checked value a schema's issue stands. */
export function pathOf(issue: v.BaseIssue<unknown>): (string | number)[] {
  return (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)))
}
