import { renameSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import type { LogtoConfig } from '../../config/logto-config.ts'
import { applyPlan } from '../../logto/apply.ts'
import { lockOf, planOf } from '../../logto/plan.ts'
import { readTenant } from '../../logto/read-tenant.ts'
import type { Tenant } from '../../logto/tenant.ts'
import { printable } from '../printable.ts'
import { planLines } from './plan-text.ts'
import { writeSecrets } from './secrets.ts'
import { type Session, withSession } from './session.ts'

export type ApplyFlags = {
  readonly prune: boolean
  readonly yes: boolean
  /** A folder for the secrets of applications and the signing key of the webhook. */
  readonly secretsDir?: string
}

type Print = (line: string) => void

/** `scopegate logto apply`: prints the plan, asks, and acts. Exit status 0 done, 1 not. */
export function apply(
  fileName: string,
  flags: ApplyFlags,
  print: Print = (line) => void process.stdout.write(`${line}\n`),
): Promise<number> {
  return withSession(fileName, async (session) => {
    const { logto, management } = session
    const tenant = await readTenant(management, logto)
    const planned = planOf(tenant, logto, flags)
    for (const fault of planned.faults) process.stderr.write(`${printable(fault)}\n`)
    if (planned.faults.length > 0) return 1
    const lines = planLines(planned, logto, tenant)
    for (const line of lines) print(line)
    if (lines.length === 0) print('nothing to do')
    else if (!(await isAgreed(flags, lines.length))) return 1
    const after = await applyPlan(management, logto, { ...flags, tenant, done: () => {} })
    writeLock(logto, after)
    if (lines.length > 0) print(`done: ${counted(lines.length)}`)
    await tellSecrets(session, after, flags, print)
    return 0
  })
}

async function isAgreed({ yes }: ApplyFlags, count: number): Promise<boolean> {
  if (yes) return true
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true) {
    process.stderr.write('nothing was changed: say --yes where nobody can be asked\n')
    return false
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question(`Make ${counted(count)}? [y/N] `)
  terminal.close()
  return /^y(?:es)?$/i.test(answer.trim())
}

function counted(count: number): string {
  return count === 1 ? '1 change' : `${count} changes`
}

/** Replaced in one step: the gateway watches it, and must never read half of it. */
function writeLock(logto: LogtoConfig, tenant: Tenant): void {
  const lock = lockOf(tenant, logto)
  if (JSON.stringify(lock) === JSON.stringify(logto.lock)) return
  const unfinished = `${logto.lockFile}.${process.pid}`
  writeFileSync(unfinished, `${JSON.stringify(lock, null, 2)}\n`)
  renameSync(unfinished, logto.lockFile)
}

async function tellSecrets(
  session: Session,
  tenant: Tenant,
  { secretsDir }: ApplyFlags,
  print: Print,
): Promise<void> {
  const { wanted } = session.logto
  if (secretsDir !== undefined) {
    for (const file of await writeSecrets(session, tenant, secretsDir)) print(`wrote ${file}`)
    return
  }
  const names = wanted.applications
    .filter(({ type }) => type === 'Traditional' || type === 'MachineToMachine')
    .map(({ name }) => name)
  if (names.length > 0) print(`secrets: in the console, Applications → ${names.join(', ')}, or --secrets-dir`)
  if (wanted.webhook !== undefined)
    print('signing key of the webhook: in the console, Webhooks, or --secrets-dir')
}
