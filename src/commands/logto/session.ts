import type { Config } from '../../config/config.ts'
import { formatIssue } from '../../config/issue.ts'
import { type LoadResult, loadConfig } from '../../config/load.ts'
import type { LogtoConfig } from '../../config/logto-config.ts'
import type { IssuerOptions } from '../../issuer/options.ts'
import { createManagement, type Management } from '../../logto/management.ts'
import { ManagementFault } from '../../logto/management-fault.ts'
import { printable } from '../printable.ts'

/** The parts that each of the commands works with. */
export type Session = {
  readonly config: Config
  readonly logto: LogtoConfig
  readonly issuer: IssuerOptions
  readonly management: Management
}

/**
 * Loads the file as it is before Logto is set up, and does the work. Resolves to the exit status; 1 when the
 * file or Logto is at fault, and standard error says why.
 */
export async function withSession(
  fileName: string,
  work: (session: Session) => Promise<number>,
): Promise<number> {
  const loaded = loadConfig(fileName, process.env, 'provision')
  for (const issue of loaded.issues)
    if (issue.severity === 'error') process.stderr.write(`${formatIssue(issue, loaded)}\n`)
  const session = sessionOf(loaded)
  if (typeof session === 'string') {
    process.stderr.write(`${fileName}: ${session}\n`)
    return 1
  }
  try {
    return await work(session)
  } catch (error) {
    if (!(error instanceof ManagementFault)) throw error
    process.stderr.write(`${printable(error.message)}\n`)
    return 1
  } finally {
    session.management.close()
  }
}

function sessionOf({ config }: LoadResult): Session | string {
  if (config === undefined) return 'correct it first'
  const { logto } = config
  const issuer = logto && config.issuers.get(logto.issuer)
  if (logto === undefined || issuer === undefined)
    return 'it has no logto: write what the tenant is to hold (docs/logto.md)'
  if (logto.management === undefined)
    return 'logto.management is missing: make a machine-to-machine application with the role Logto Management API access'
  return { config, logto, issuer, management: createManagement(logto, issuer) }
}
