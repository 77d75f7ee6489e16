import type { Config } from '../config/config.ts'
import { formatIssue, type Issue } from '../config/issue.ts'
import type { LoadResult } from '../config/load.ts'
import { loadWhole } from '../config/load-whole.ts'
import { notesOf } from '../config/notes.ts'
import { summaryOf } from '../config/summary.ts'
import type { CompareOptions } from './compare.ts'

export type CheckOptions = {
  /** Fail on warnings too. */
  readonly strict: boolean
  /** Ask the issuers for their keys, and connect to every upstream. */
  readonly online: boolean
  /** Compare the routes with this document, a file or a URL. */
  readonly openapi?: string
  /** Of the document, where it names several. */
  readonly server?: string
  /** Folder below which the document may refer to files. */
  readonly root?: string
}

/**
 * `scopegate check`: prints every issue, or that there is none, and how the file was understood. Resolves to
 * the exit status: 1 on errors, or on warnings with `strict`; 2 where routes and document differ; else 0.
 */
export async function check(fileName: string, options: CheckOptions): Promise<number> {
  const { strict, online, openapi } = options
  const loaded = await loadWhole(fileName, process.env)
  const reached = online && loaded.config !== undefined ? await reach(loaded) : { issues: [], answers: [] }
  const issues = [...loaded.issues, ...reached.issues]
  const errors = issues.filter(({ severity }) => severity === 'error').length
  const warnings = issues.length - errors
  printIssues(issues, loaded)
  if (issues.length === 0) process.stdout.write(`${fileName}: no problems\n`)
  else process.stderr.write(`${fileName}: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}\n`)
  const lines =
    loaded.config === undefined
      ? []
      : [summaryOf(loaded.config), ...notesOf(loaded.config), ...reached.answers]
  process.stdout.write(lines.map((line) => `${line}\n`).join(''))
  if (errors > 0 || (strict && warnings > 0)) return 1
  return openapi === undefined || loaded.config === undefined
    ? 0
    : await compare(fileName, loaded.config, { ...options, openapi })
}

/** Its modules are loaded only when they are needed. */
async function reach(loaded: LoadResult) {
  return (await import('./reach.ts')).reach(loaded)
}

async function compare(fileName: string, config: Config, options: CompareOptions): Promise<number> {
  return (await import('./compare.ts')).compareWithDocument(fileName, config, options)
}

function printIssues(issues: readonly Issue[], loaded: LoadResult): void {
  process.stderr.write(issues.map((issue) => `${formatIssue(issue, loaded)}\n`).join(''))
}

function counted(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`
}
