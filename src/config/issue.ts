import { memoByObject } from '../memo.ts'

/** One problem in the configuration file. Lines and columns count from 1. */
export type Issue = {
  readonly severity: 'error' | 'warning'
  readonly line: number
  readonly column: number
  /** The length of the part of the line that the issue is about, in UTF-16 code units; at least 1. */
  readonly length: number
  /** e.g. `apis.todo.routes./todos.GET` */
  readonly path: string
  /** Says what is wrong and what to do. Never holds an expanded value. */
  readonly message: string
  /** A variable or a file that a value refers to is not there. */
  readonly isUnset?: true
  /** The file that it is in, where that is another one. */
  readonly source?: IssueSource
}

export type IssueSource = { readonly fileName: string; readonly text: string }

/** `gateway.yaml:14:9 apis.todo...: message`, then the line with carets below the part that is meant. */
export function formatIssue(issue: Issue, file: IssueSource): string {
  const { severity, line, column, path, message, source = file } = issue
  const where = path === '' ? '' : ` ${path}:`
  const label = severity === 'warning' ? ' warning:' : ''
  const head = `${source.fileName}:${line}:${column}${where}${label} ${message}`
  const text = linesOf(source)[line - 1]?.trimEnd() ?? ''
  const excerpt = source === file ? withoutSecrets(text) : text
  return excerpt.trim() === '' ? head : `${head}\n\n${pointed(excerpt, issue)}\n`
}

/** Of a file with very many issues, not once for each of them. */
const linesOf = memoByObject(({ text }: { readonly text: string }) => text.split('\n'))

/** A key whose value is a secret, also one that only another proxy knows (`client_secret`). */
const secretKey = String.raw`[\w-]*(?:secret|signing_?key|pseudonym_?key|token|password)["']?\s*:\s*(?!(?:true|false)\b)`
const authorizationKey = String.raw`\bauthorization["']?\s*:\s*`

/** Everything that is hidden. A text without quotes may hold anything to the end of its line. */
const secretValues = new RegExp(
  [
    String.raw`(?<=${secretKey})(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')`,
    String.raw`(?<=^[\s-]*["']?${secretKey})[^\s{[](?:(?!\s#).)*`,
    String.raw`(?<=${secretKey})[^\s,{}[\]](?:[^,{}[\]]*[^\s,{}[\]])?`,
    String.raw`(?<=${authorizationKey}["']?[\w-]+ +)(?:\$\{[^}]*\}*|[^\s"'{}])+`,
    // The user of a URL.
    String.raw`(?<=:\/\/)[^\s/"']+(?=@)`,
  ].join('|'),
  'gi',
)
/** References are no secrets. */
const references = /(\$\{[^}]*\}*|^\$[A-Za-z_]\w*$)/

/** As long as it was, since carets may stand below it. What is printed here ends in logs and in chats. */
function withoutSecrets(line: string): string {
  return line.replace(secretValues, (value) => {
    const parts = value.split(references)
    const isHidden = (i: number) => i % 2 === 0
    const isSecret = parts.some((part, i) => isHidden(i) && /[^"']/.test(part))
    return isSecret ? parts.map((part, i) => (isHidden(i) ? '*'.repeat(part.length) : part)).join('') : value
  })
}

/** In UTF-16 code units: a longer line would be broken by the terminal, and the carets with it. */
const widestExcerpt = 120

/** The line without its indentation, and the carets. Of a very long line only the part around the issue. */
function pointed(excerpt: string, { column, length }: Issue): string {
  const indent = excerpt.length - excerpt.trimStart().length
  const at = Math.max(column - 1, indent)
  const from = at - indent > widestExcerpt / 2 ? at - widestExcerpt / 2 : indent
  // Other files than that of the operator hold what a terminal would obey.
  const shown = excerpt.slice(from, from + widestExcerpt).replace(/(?!\t)[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?')
  const carets = '^'.repeat(Math.max(1, Math.min(length, shown.length - (at - from))))
  return `    ${shown}\n    ${' '.repeat(at - from)}${carets}`
}
