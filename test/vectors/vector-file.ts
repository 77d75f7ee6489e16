import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A file of vectors beside this one. `T` is its own shape, which it describes itself; a vector that differs
 * fails its test.
 */
export function readVectors<T>(name: string): T {
  return JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8')) as T
}
