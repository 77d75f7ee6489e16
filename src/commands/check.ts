import { formatIssue, type Issue } from '../config/issue.ts'
import { type LoadResult, loadConfig } from '../config/load.ts'
import { summaryOf } from '../config/summary.ts'

export type CheckOptions = {
  /** Fail on warnings too. */
  readonly strict: boolean
  /** Ask the issuers for their keys, and connect to every upstream. */
  readonly online: boolean
}

/**
 * `scopegate check`: prints every issue, or that there is none, and how the file was understood. Resolves to
 * the exit status: 1 on errors, or on warnings with `strict`, else 0.
 */
export async function check(fileName: string, { strict, online }: CheckOptions): Promise<number> {
  const loaded = loadConfig(fileName, process.env)
  const reached = online && loaded.config !== undefined ? await reach(loaded) : { issues: [], answers: [] }
  const issues = [...loaded.issues, ...reached.issues]
  const errors = issues.filter(({ severity }) => severity === 'error').length
  const warnings = issues.length - errors
  printIssues(issues, loaded)
  if (issues.length === 0) process.stdout.write(`${fileName}: no problems\n`)
  else process.stderr.write(`${fileName}: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}\n`)
  const lines = loaded.config === undefined ? [] : [summaryOf(loaded.config), ...reached.answers]
  process.stdout.write(lines.map((line) => `${line}\n`).join(''))
  return errors > 0 || (strict && warnings > 0) ? 1 : 0
}

/** Its modules are loaded only when they are needed. */
async function reach(loaded: LoadResult) {
  return (await import('./reach.ts')).reach(loaded)
}

function printIssues(issues: readonly Issue[], loaded: LoadResult): void {
  process.stderr.write(issues.map((issue) => `${formatIssue(issue, loaded)}\n`).join(''))
}

function counted(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`
}
