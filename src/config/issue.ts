/** One problem in the configuration file. Lines and columns count from 1. */
export type Issue = {
  readonly severity: 'error' | 'warning'
  readonly line: number
  readonly column: number
  /** e.g. `apis.todo.routes./todos.GET` */
  readonly path: string
  /** What is wrong and what to do. Never holds an expanded value. */
  readonly message: string
}

/** `gateway.yaml:14:9 apis.todo...: message`, then the line and carets below what is meant. */
export function formatIssue(
  issue: Issue,
  source: { readonly fileName: string; readonly text: string },
): string {
  const { severity, line, column, path, message } = issue
  const where = path === '' ? '' : ` ${path}`
  const label = severity === 'warning' ? ' warning:' : ''
  const head = `${source.fileName}:${line}:${column}${where}:${label} ${message}`
  const excerpt = source.text.split('\n')[line - 1]?.trimEnd()
  if (excerpt === undefined || excerpt.trim() === '') return head
  const indent = excerpt.length - excerpt.trimStart().length
  const carets =
    ' '.repeat(Math.max(0, column - 1 - indent)) + '^'.repeat(Math.max(1, excerpt.length - column + 1))
  return `${head}\n\n    ${excerpt.trimStart()}\n    ${carets}\n`
}
