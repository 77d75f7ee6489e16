import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { apply } from '../../commands/logto/apply.ts'
import { managementAccount } from '../logto/data.ts'

/**
 * Sets the tenant up from the file, by the command that an operator would run. Resolves to the lines that the
 * command printed, in short. Rejects when it failed; then standard error says why.
 */
export async function provision(fileName: string): Promise<readonly string[]> {
  const secretsDir = join(dirname(fileName), 'secrets')
  mkdirSync(secretsDir, { mode: 0o700 })
  // Somebody has made this account in the console, and kept its secret.
  writeFileSync(join(secretsDir, 'setup.secret'), managementAccount.secret, { mode: 0o600 })
  const lines: string[] = []
  const flags = { yes: true, prune: false, secretsDir }
  const status = await apply(fileName, flags, (line) => void lines.push(line))
  if (status !== 0) throw new Error('the tenant of the demo could not be set up')
  return shortened(lines)
}

/** The words of the command that a line of the summary takes. */
const summary: readonly (readonly [label: string, ...words: RegExp[]])[] = [
  ['API', /^. API resource (.+) \(/, /^. (permission \S+) of/, /^. (Default API)/],
  ['roles', /^. role (.+: .+) of /],
  ['applications', /^. application (.+) \(/],
  ['users', /^. user (.+)$/],
  ['besides', /^. (webhook) to/, /^. (\S+\.json): /],
]

/** One line for each kind of thing: the command prints one for each change. */
export function shortened(lines: readonly string[]): string[] {
  return summary.map(([label, ...words]) => {
    const found = lines.flatMap((line) => words.flatMap((word) => word.exec(line)?.[1] ?? []))
    return `+ ${label.padEnd(12)}  ${found.join(', ')}`
  })
}
