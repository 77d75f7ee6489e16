import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type ReadFault, readFault } from './read-fault.ts'

/** The bytes of a file, or why they cannot be had. */
export type FileContent = { readonly bytes: Buffer } | { readonly fault: ReadFault }

/** Absolute file name → digest of its content; undefined for a file that could not be read. */
export type FileDigests = ReadonlyMap<string, string | undefined>

/** Reads the files of one configuration, and remembers what they held. */
export type FileReader = {
  /** The absolute name of a file; relative names are resolved against the folder of the configuration. */
  resolve(fileName: string): string
  /** For a file whose content goes into the configuration: when it changes, everything is loaded again. */
  read(fileName: string, ifMissing: string): FileContent
  /** For a file that is only looked at: whoever uses it reads it again. */
  look(fileName: string, ifMissing: string): FileContent
  /** The files that were read. */
  readonly digests: FileDigests
}

export function createFileReader(folder: string): FileReader {
  const digests = new Map<string, string | undefined>()
  const absolute = (fileName: string) => resolve(folder, fileName)
  return {
    digests,
    resolve: absolute,
    look: (fileName, ifMissing) => readContent(absolute(fileName), ifMissing),
    read(fileName, ifMissing) {
      const content = readContent(absolute(fileName), ifMissing)
      digests.set(absolute(fileName), 'bytes' in content ? digestOf(content.bytes) : undefined)
      return content
    },
  }
}

function readContent(path: string, ifMissing: string): FileContent {
  try {
    return { bytes: readFileSync(path) }
  } catch (error) {
    return { fault: readFault(path, error, ifMissing) }
  }
}

export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64')
}
