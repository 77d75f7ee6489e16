import type * as v from 'valibot'
import type { Issue } from './issue.ts'
import type { KeyPath } from './yaml/key-path.ts'
import type { EntryPart, YamlTree } from './yaml/tree.ts'

/** Collects the issues of one file. A value that already has an error gets no second complaint. */
export type IssueList = {
  error(path: KeyPath, message: string, part?: EntryPart): void
  /** Not for a value that is wrong already. */
  warning(path: KeyPath, message: string, part?: EntryPart): void
  /** The issues that a schema found in the value at this path. */
  schemaErrors(path: KeyPath, issues: readonly v.BaseIssue<unknown>[]): void
  /** True when an error was reported at this path or below it. */
  hasError(path: KeyPath): boolean
  /** By position, each once: through an alias the same position can be met on several ways. */
  all(): readonly Issue[]
}

export function createIssueList(tree: YamlTree): IssueList {
  const issues: Issue[] = [...tree.issues]
  const failed = new Set<string>()
  const put = (path: KeyPath, message: string, severity: Issue['severity'], part: EntryPart) => {
    if (!tree.isUnreadable(path)) issues.push(tree.issueAt(path, message, { severity, part }))
  }
  const list: IssueList = {
    error(path, message, part = 'value') {
      for (let length = 0; length <= path.length; length++) failed.add(idOf(path.slice(0, length)))
      put(path, message, 'error', part)
    },
    warning(path, message, part = 'value') {
      if (!list.hasError(path)) put(path, message, 'warning', part)
    },
    schemaErrors(path, found) {
      for (const issue of found) {
        const message = issue.input === null ? `${issue.message}; this key has no value` : issue.message
        list.error([...path, ...keyPathOf(issue)], message, issue.path?.at(-1)?.origin ?? 'value')
      }
    },
    hasError: (path) => failed.has(idOf(path)) || tree.isUnreadable(path),
    all: () => inOrder(issues),
  }
  return list
}

function idOf(path: KeyPath): string {
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

/** The path from the checked value to the part of it that a schema's issue is about. */
export function keyPathOf(issue: v.BaseIssue<unknown>): (string | number)[] {
  return (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)))
}
