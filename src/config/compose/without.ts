import { isJsonObject } from '../../issuer/json-object.ts'
import type { KeyPath } from '../yaml/key-path.ts'

/** A copy without the entries at these paths; where a path goes through a list, without the whole list. */
export function without(value: unknown, paths: readonly KeyPath[]): unknown {
  if (!isJsonObject(value)) return value
  const below = new Map<string | number, KeyPath[]>()
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
    else if (isJsonObject(entry) && rest.every((path) => path.length > 0))
      kept.push([key, without(entry, rest)])
  }
  return Object.fromEntries(kept)
}
