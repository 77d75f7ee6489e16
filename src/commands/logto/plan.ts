import { planOf } from '../../logto/plan.ts'
import { readTenant } from '../../logto/read-tenant.ts'
import { printable } from '../printable.ts'
import { entriesOf, planLines } from './plan-text.ts'
import { withSession } from './session.ts'

export type PlanFlags = { readonly prune: boolean; readonly json: boolean }

/** `scopegate logto plan`: exit status 0 nothing to do, 2 something, 1 a fault. It changes nothing. */
export function plan(fileName: string, { prune, json }: PlanFlags): Promise<number> {
  return withSession(fileName, async ({ logto, management }) => {
    const tenant = await readTenant(management, logto)
    const planned = planOf(tenant, logto, { prune })
    const changes = entriesOf(planned, logto, tenant)
    if (json) process.stdout.write(`${JSON.stringify({ changes, faults: planned.faults }, null, 2)}\n`)
    else {
      for (const line of planLines(planned, logto, tenant)) process.stdout.write(`${line}\n`)
      for (const fault of planned.faults) process.stderr.write(`${printable(fault)}\n`)
      if (changes.length === 0 && planned.faults.length === 0) process.stdout.write('nothing to do\n')
    }
    if (planned.faults.length > 0) return 1
    return changes.length > 0 ? 2 : 0
  })
}
