/** One problem in the configuration file. Lines and columns count from 1. */
export type Issue = {
  readonly severity: 'error' | 'warning'
  readonly line: number
  readonly column: number
  /** How much of the line is meant, in characters; at least 1. */
  readonly length: number
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
  const where = path === '' ? '' : ` ${path}:`
  const label = severity === 'warning' ? ' warning:' : ''
  const head = `${source.fileName}:${line}:${column}${where}${label} ${message}`
  const excerpt = source.text.split('\n')[line - 1]?.trimEnd() ?? ''
  return excerpt.trim() === '' ? head : `${head}\n\n${pointed(excerpt, issue)}\n`
}

const widestExcerpt = 120

/** The line without its indentation, and carets below. Of a very long line only what is near. */
function pointed(excerpt: string, { column, length }: Issue): string {
  const indent = excerpt.length - excerpt.trimStart().length
  const at = Math.max(column - 1, indent)
  const from = at - indent > widestExcerpt / 2 ? at - widestExcerpt / 2 : indent
  const shown = excerpt.slice(from, from + widestExcerpt)
  const carets = '^'.repeat(Math.max(1, Math.min(length, shown.length - (at - from))))
  return `    ${shown}\n    ${' '.repeat(at - from)}${carets}`
}
