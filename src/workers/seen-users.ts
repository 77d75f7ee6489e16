import type { Seen } from '../token/seen-subjects.ts'
import type { Slot } from './slot.ts'
import { within } from './workers-health.ts'

/**
 * Takes the users who were here from all workers. A worker tells of each user once: whom it tells of too late
 * is among those of the next time.
 */
export function createSeenUsers(
  slots: readonly Pick<Slot, 'seen'>[],
  withinMs: number,
): () => Promise<Seen[]> {
  const told: Seen[] = []
  return async () => {
    const replies = slots.map(async (slot) => {
      told.push(...((await slot.seen()) ?? []))
    })
    await Promise.all(replies.map((reply) => within(withinMs, reply)))
    return told.splice(0)
  }
}
