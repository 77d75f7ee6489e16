import type { FileReader } from '../file-reader.ts'
import type { KeyPath } from '../yaml/key-path.ts'
import type { Context } from './context.ts'

/** The text of a file that the configuration names at this path, or undefined and an issue. */
export function readNamedFile(
  fileName: string,
  path: KeyPath,
  { files, issues }: Pick<Context, 'files' | 'issues'>,
  /** `look` for a file whose content does not go into the configuration. */
  how: keyof Pick<FileReader, 'read' | 'look'> = 'read',
): string | undefined {
  const content = files[how](fileName, 'create it, or correct its name')
  if ('bytes' in content) return content.bytes.toString('utf8')
  issues.error(path, `this file ${content.fault.message}`)
  return undefined
}
