import { isMap } from '../schema/form.ts'
import type { Path } from '../yaml/tree.ts'

/** A copy without the entries at these paths; where a path goes through a list, without the whole list. */
export function omit(value: unknown, paths: readonly Path[]): unknown {
  if (!isMap(value)) return value
  const below = new Map<string | number, Path[]>()
  for (const [key, ...rest] of paths) {
    if (key === undefined) continue
    const known = below.get(key)
    if (known === undefined) below.set(key, [rest])
    else known.push(rest)
  }
  const kept: [string, unknown][] = []
  for (const [key, entry] of Object.entries(value)) {
    const rest = below.get(key)
    if (rest === undefined) kept.push([key, entry])
    else if (isMap(entry) && rest.every((path) => path.length > 0)) kept.push([key, omit(entry, rest)])
  }
  return Object.fromEntries(kept)
}
