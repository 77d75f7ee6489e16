import { type Health, healthOf } from '../admin/health.ts'
import type { Slot } from './slot.ts'

/** The body of `/readyz` when there are workers. */
export type WorkersHealth = Health & {
  readonly workers: {
    readonly wanted: number
    /** Below `wanted` when the gateway serves with fewer workers than it should have. */
    readonly serving: number
    readonly each: readonly {
      readonly worker: number
      readonly pid: number | null
      readonly connections: number | null
    }[]
  }
}

/**
 * Asks all workers for their status. Resolves after `replyWithinMs` at most, without those that did not
 * reply.
 */
export async function workersHealth(
  slots: readonly Pick<Slot, 'number' | 'pid' | 'status'>[],
  { wanted, stopping, replyWithinMs }: { wanted: number; stopping: boolean; replyWithinMs: number },
): Promise<WorkersHealth> {
  const each = await Promise.all(
    slots.map(async (slot) => ({ slot, status: await within(replyWithinMs, slot.status()) })),
  )
  const statuses = each.flatMap(({ status }) => status ?? [])
  const missing = each
    .filter(({ status }) => status === undefined)
    .map(({ slot: { number, pid } }) =>
      pid === undefined ? `worker ${number} is being started` : `worker ${number} does not answer`,
    )
  return {
    ...healthOf(statuses, stopping ? [...missing, 'the gateway is stopping'] : missing),
    workers: {
      wanted,
      serving: statuses.length,
      each: each.map(({ slot: { number, pid }, status }) => ({
        worker: number,
        pid: pid ?? null,
        connections: status?.connections ?? null,
      })),
    },
  }
}

/** Resolves to undefined when the reply does not come in time. */
export function within<T>(ms: number, reply: Promise<T | undefined>): Promise<T | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), ms)
    void reply.then((value) => {
      clearTimeout(timer)
      resolve(value)
    })
  })
}
