import { bodies } from './bodies.ts'
import { cold } from './cold.ts'
import { connections } from './connections.ts'
import { flood } from './flood.ts'
import { growth } from './growth.ts'
import { latency } from './latency.ts'
import { memory } from './memory.ts'
import { opaque } from './opaque.ts'
import { opaqueFlood } from './opaque-flood.ts'
import { profile } from './profile.ts'
import { refusals } from './refusals.ts'
import { revocation } from './revocation.ts'
import type { Section } from './section.ts'
import { soak } from './soak.ts'
import { start } from './start.ts'
import { streams } from './streams.ts'
import { throughput } from './throughput.ts'
import { workers } from './workers.ts'

/** In the order in which they are measured and reported. */
export const allSections: readonly Section[] = [
  ...[start, throughput, cold, refusals, growth, bodies, connections, streams, workers],
  ...[opaque, profile, revocation, latency, flood, opaqueFlood, memory, soak],
]

/**
 * Those that `--only` names, or all but the soak; of these, with --quick, the quick ones. Throws for a name
 * that there is not.
 */
export function chooseSections(only: string | undefined, quick: boolean): readonly Section[] {
  if (only === undefined)
    return allSections.filter((section) => section !== soak && (section.quick || !quick))
  const ids = only.split(',')
  const unknown = ids.filter((id) => !allSections.some((section) => section.id === id))
  if (unknown.length === 0) return allSections.filter(({ id }) => ids.includes(id))
  const known = allSections.map(({ id }) => id)
  throw new Error(`there is no section ${unknown.join(', ')}; there are ${known.join(', ')}`)
}
