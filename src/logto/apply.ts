import type { LogtoConfig } from '../config/logto-config.ts'
import { isJsonObject } from '../issuer/json-object.ts'
import { type Change, firstDifference, type Ids, resolveRefs } from './change.ts'
import type { Management } from './management.ts'
import { ManagementFault } from './management-fault.ts'
import { idsOf, planOf } from './plan.ts'
import type { Plan, PlanOptions } from './plan-part.ts'
import { readTenant } from './read-tenant.ts'
import type { Tenant } from './tenant.ts'

export type ApplyOptions = PlanOptions & {
  /** Hears of every change that is made. */
  readonly done: (change: Change) => void
}

/**
 * Makes every change of a plan, one call at a time, and reads the tenant again at the end: what Logto did not
 * take is found. A call of which nobody knows whether it had its effect is settled by reading; when the same
 * change is planned again, its fault stands. Resolves to the tenant as it is then. Rejects with a
 * `ManagementFault`; what was done until then stays, and the next run goes on from there.
 */
export async function applyPlan(
  management: Management,
  config: LogtoConfig,
  { tenant: before, ...options }: ApplyOptions & { readonly tenant: Tenant },
): Promise<Tenant> {
  let tenant = before
  let failed: string | undefined
  for (;;) {
    const plan = planOf(tenant, config, options)
    requireFaultless(plan)
    const result = await makeChanges(management, plan.changes, idsOf(tenant, config), options.done)
    if (result === undefined && plan.changes.length === 0) return tenant
    tenant = await readTenant(management, config)
    if (result === undefined) {
      requireNothing(planOf(tenant, config, options))
      return tenant
    }
    const isPlannedAgain = planOf(tenant, config, options).changes.some(
      ({ text }) => text === result.change.text,
    )
    if (isPlannedAgain && failed === result.change.text) throw result.fault
    if (isPlannedAgain) failed = result.change.text
    else options.done(result.change)
  }
}

type Failure = { readonly change: Change; readonly fault: ManagementFault }

/** Undefined when all are made. */
async function makeChanges(
  management: Management,
  changes: readonly Change[],
  ids: Ids,
  done: ApplyOptions['done'],
): Promise<Failure | undefined> {
  for (const change of changes) {
    try {
      await make(management, change, ids)
    } catch (fault) {
      if (!(fault instanceof ManagementFault) || !fault.isUncertain) throw fault
      return { change, fault }
    }
    done(change)
  }
  return undefined
}

async function make(management: Management, change: Change, ids: Ids): Promise<void> {
  const path = change.path.map((segment) => encodeURIComponent(String(resolveRefs(segment, ids)))).join('/')
  const body = change.body === undefined ? undefined : resolveRefs(change.body, ids)
  const answer = await management.write(change.method, path, body)
  const call = `${change.method} /api/${path}`
  const difference = change.expects && firstDifference(resolveRefs(change.expects, ids), answer)
  if (difference !== undefined)
    throw new ManagementFault(
      `${call}: Logto answered with success and did not take ${difference}: its version may not know it`,
    )
  if (change.creates === undefined) return
  if (!isJsonObject(answer) || typeof answer['id'] !== 'string')
    throw ManagementFault.ofShape(call, 'holds no id')
  ids.set(change.creates, answer['id'])
}

function requireFaultless({ faults }: Plan): void {
  if (faults.length > 0) throw new ManagementFault(faults.join('\n'))
}

function requireNothing({ changes, faults }: Plan): void {
  const left = [...faults, ...changes.map(({ text }) => text)]
  if (left.length > 0)
    throw new ManagementFault(
      `Logto answered with success, and these are still to be done: ${left.join('; ')}`,
    )
}
