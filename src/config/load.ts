import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { decode } from './compose/file.ts'
import type { Config } from './config.ts'
import type { Issue } from './issue.ts'
import { readYamlTree } from './yaml/tree.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** `config` is undefined exactly when an issue is an error. `text` is what was read, for printing issues. */
export type LoadResult = {
  readonly config: Config | undefined
  readonly issues: readonly Issue[]
  readonly fileName: string
  readonly text: string
}

/**
 * A larger file is refused: 10,000 routes take less than one MiB, and a log or a disk image takes the memory.
 */
const limitBytes = 8 * 1024 * 1024

/**
 * Reads, decodes and checks a configuration file. A file that cannot be read is an issue; nothing is thrown.
 */
export function loadConfig(fileName: string, env: Environment): LoadResult {
  const file = readText(fileName)
  if ('text' in file) return parseConfig(file.text, { fileName, env })
  const issue: Issue = { severity: 'error', line: 1, column: 1, length: 1, path: '', message: file.problem }
  return { config: undefined, issues: [issue], fileName, text: '' }
}

/** The same from text; relative file names in it are resolved against `fileName`'s folder. */
export function parseConfig(
  text: string,
  options: { readonly fileName: string; readonly env: Environment },
): LoadResult {
  const { fileName, env } = options
  const folder = dirname(resolve(fileName))
  return { ...decode(readYamlTree(text, { env, folder }), folder), fileName, text }
}

function readText(fileName: string): { readonly text: string } | { readonly problem: string } {
  let bytes: Buffer
  try {
    bytes = readFileSync(fileName)
  } catch {
    return { problem: 'this file cannot be read; create it, or name another with --config' }
  }
  if (bytes.length > limitBytes) return { problem: 'this file is larger than 8 MiB' }
  // Plain letters in UTF-16 are well-formed UTF-8, with a NUL between any two of them.
  if (!isUtf8(bytes) || bytes.includes(0))
    return { problem: 'this file is not UTF-8: save it in that encoding' }
  return { text: bytes.toString('utf8') }
}
