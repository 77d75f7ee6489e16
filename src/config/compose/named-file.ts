import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { KeyPath } from '../yaml/key-path.ts'
import type { Context } from './context.ts'

/** The text of a file that the configuration names at this path, or undefined and an issue. */
export function readNamedFile(
  fileName: string,
  path: KeyPath,
  { folder, issues }: Pick<Context, 'folder' | 'issues'>,
): string | undefined {
  try {
    return readFileSync(resolve(folder, fileName), 'utf8')
  } catch {
    issues.error(path, 'this file cannot be read: create it, or correct its name')
    return undefined
  }
}
