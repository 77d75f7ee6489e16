import type { Config } from '../config/config.ts'
import type { Slot } from './slot.ts'

/** Takes rules into use worker by worker; what the first one said that refused them, or undefined when none did. */
export async function rollOut(
  slots: readonly Pick<Slot, 'reload' | 'catchUp'>[],
  next: Config,
): Promise<string | undefined> {
  for (const slot of slots) {
    const problem = await slot.reload(next)
    if (problem === undefined) continue
    // Those before it go back to the rules in force.
    for (const other of slots) await other.catchUp()
    return problem
  }
  return undefined
}
