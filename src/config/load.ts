import { isUtf8 } from 'node:buffer'
import { dirname, resolve } from 'node:path'
import { type Composed, decode, type Use } from './compose/file.ts'
import { createFileReader, type FileDigests, type FileReader } from './file-reader.ts'
import type { Issue } from './issue.ts'
import { readYamlTree } from './yaml/tree.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** `config` is undefined exactly when an issue is an error. `text` is the content, for printing issues. */
export type LoadResult = Composed & {
  readonly fileName: string
  readonly text: string
  /** The file itself, and those whose content is in the configuration. */
  readonly files: FileDigests
}

/**
 * In bytes. A larger file is refused: 10,000 routes take less than one MiB, and a log or a disk image that
 * was named by mistake would fill the memory.
 */
const limitBytes = 8 * 1024 * 1024

/**
 * Reads, decodes and checks a configuration file. A file that cannot be read is an issue; nothing is thrown.
 */
export function loadConfig(fileName: string, env: Environment, use: Use = 'serve'): LoadResult {
  const files = createFileReader(dirname(resolve(fileName)))
  const content = readText(resolve(fileName), files)
  if ('text' in content) return parse(content.text, { fileName, env, files, use })
  const issue: Issue = {
    severity: 'error',
    line: 1,
    column: 1,
    length: 1,
    path: '',
    message: content.problem,
  }
  const nothing = { config: undefined, network: undefined, text: '' }
  return { ...nothing, issues: [issue], fileName, files: files.digests }
}

/** The same from text; relative file names in it are resolved against the folder of `fileName`. */
export function parseConfig(
  text: string,
  options: { readonly fileName: string; readonly env: Environment; readonly use?: Use },
): LoadResult {
  return parse(text, {
    use: 'serve',
    ...options,
    files: createFileReader(dirname(resolve(options.fileName))),
  })
}

function parse(
  text: string,
  { fileName, env, files, use }: { fileName: string; env: Environment; files: FileReader; use: Use },
): LoadResult {
  const tree = readYamlTree(text, { env, files })
  const options = { files, fileName: resolve(fileName), use }
  return { ...decode(tree, options), fileName, text, files: files.digests }
}

function readText(path: string, files: FileReader): { readonly text: string } | { readonly problem: string } {
  const content = files.read(path, 'create it, or name another with --config')
  if ('fault' in content) return { problem: `this file ${content.fault.message}` }
  const { bytes } = content
  if (bytes.length > limitBytes) return { problem: 'this file is larger than 8 MiB' }
  // Plain letters in UTF-16 are well-formed UTF-8, with a NUL between any two of them.
  if (!isUtf8(bytes) || bytes.includes(0))
    return { problem: 'this file is not UTF-8: save it in that encoding' }
  return { text: bytes.toString('utf8') }
}
