import { formatIssue } from '../config/issue.ts'
import { loadConfig } from '../config/load.ts'

/** `scopegate check`: prints every issue; 1 on errors, or on warnings with `strict`, else 0. */
export function check(fileName: string, strict: boolean): number {
  const result = loadConfig(fileName, process.env)
  for (const issue of result.issues) process.stderr.write(`${formatIssue(issue, result)}\n`)
  const errors = result.issues.filter(({ severity }) => severity === 'error').length
  const warnings = result.issues.length - errors
  if (errors === 0 && warnings === 0) process.stdout.write(`${fileName}: no problems\n`)
  else process.stderr.write(`${fileName}: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}\n`)
  return errors > 0 || (strict && warnings > 0) ? 1 : 0
}

function counted(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`
}
