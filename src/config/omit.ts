import { isMap } from './shape.ts'
import type { Path } from './yaml-tree.ts'

/** A copy without the entry at this path; where the path goes through a list, without the whole list. */
export function omit(value: unknown, path: Path): unknown {
  const [key, ...below] = path
  if (!isMap(value) || key === undefined || !Object.hasOwn(value, key)) return value
  const { [key]: entry, ...rest } = value
  return below.length > 0 && isMap(entry) ? { ...rest, [key]: omit(entry, below) } : rest
}
