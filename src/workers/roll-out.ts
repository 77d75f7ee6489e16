import type { Config } from '../config/config.ts'
import type { Slot } from './slot.ts'

/**
 * Takes a new configuration into use in one worker after the other. Resolves to what the first worker that
 * refused it said, or to undefined when none did.
 */
export async function rollOut(
  slots: readonly Pick<Slot, 'reload' | 'catchUp'>[],
  next: Config,
): Promise<string | undefined> {
  for (const slot of slots) {
    const problem = await slot.reload(next)
    if (problem === undefined) continue
    // Those that have taken it go back to the configuration in force.
    for (const other of slots) await other.catchUp()
    return problem
  }
  return undefined
}
