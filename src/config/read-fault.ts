import { accessSync, constants } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** Why a file cannot be read. Ends in what to do about it. */
export type ReadFault = {
  readonly kind: 'missing' | 'denied' | 'other'
  readonly message: string
}

/** `error` is what reading the file threw; `ifMissing` says what to do about a file that does not exist. */
export function readFault(fileName: string, error: unknown, ifMissing: string): ReadFault {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no reason known'
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { kind: 'missing', message: `does not exist: ${ifMissing}` }
    case 'EISDIR':
      return { kind: 'other', message: 'is a folder: name a file in it' }
    case 'EACCES':
    case 'EPERM':
      return { kind: 'denied', message: denial(fileName) }
    default:
      return { kind: 'other', message: `cannot be read (${code}): ${ifMissing}` }
  }
}

/** The file may be readable and still be out of reach: then a folder above it is closed. */
function denial(fileName: string): string {
  const closed = foldersAbove(resolve(fileName)).find((folder) => !isOpen(folder))
  const who = `uid ${process.getuid?.() ?? '?'}`
  return closed === undefined
    ? `cannot be read: ${who} may not read it: chmod 644, or chown it to that user`
    : `cannot be read: ${who} may not enter the folder ${closed}: chmod 755`
}

/** From the root downwards. */
function foldersAbove(path: string): string[] {
  const folder = dirname(path)
  return folder === path ? [] : [...foldersAbove(folder), folder]
}

function isOpen(folder: string): boolean {
  try {
    accessSync(folder, constants.X_OK)
    return true
  } catch {
    return false
  }
}
