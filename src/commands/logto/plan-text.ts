import { basename } from 'node:path'
import type { LogtoConfig } from '../../config/logto-config.ts'
import type { Change } from '../../logto/change.ts'
import { lockOf } from '../../logto/plan.ts'
import type { Plan } from '../../logto/plan-part.ts'
import type { Tenant } from '../../logto/tenant.ts'
import { printable } from '../printable.ts'

const colors = { '+': 32, '~': 33, '-': 31 } as const

/** A plan for people, one line a change; the file of ids is part of it. */
export function planLines(plan: Plan, logto: LogtoConfig, tenant: Tenant): string[] {
  const isColored = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined
  const paint = ({ sign, text }: Pick<Change, 'sign' | 'text'>) =>
    isColored ? `\u001b[${colors[sign]}m${sign} ${printable(text)}\u001b[0m` : `${sign} ${printable(text)}`
  return entriesOf(plan, logto, tenant).map(paint)
}

/** The changes, and that of the file of ids. */
export function entriesOf(plan: Plan, logto: LogtoConfig, tenant: Tenant): Pick<Change, 'sign' | 'text'>[] {
  const lock = isLockOld(plan, logto, tenant) ? [lockEntry(logto)] : []
  return [...plan.changes.map(({ sign, text }) => ({ sign, text })), ...lock]
}

function lockEntry({ lock, lockFile }: LogtoConfig): Pick<Change, 'sign' | 'text'> {
  return { sign: lock === undefined ? '+' : '~', text: `${basename(lockFile)}: the ids` }
}

function isLockOld({ changes }: Plan, logto: LogtoConfig, tenant: Tenant): boolean {
  const creates = changes.some(({ creates: key = '' }) => /^(?:application|resource) /.test(key))
  return creates || JSON.stringify(lockOf(tenant, logto)) !== JSON.stringify(logto.lock)
}
