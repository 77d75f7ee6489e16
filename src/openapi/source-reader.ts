import { isUtf8 } from 'node:buffer'
import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, relative, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { messageOf } from '../errors.ts'
import { callIssuer } from '../issuer/call-issuer.ts'
import { printableUrl } from '../issuer/printable-url.ts'

/** The text of a file, or why it cannot be had. */
export type SourceText = { readonly text: string; readonly bytes?: Uint8Array } | { readonly fault: string }

/** Reads a document and the files that it refers to, and nothing else. */
export type SourceReader = {
  /** Where the document is, with links resolved. */
  readonly start: URL
  read(location: URL): Promise<SourceText>
  /** As positions name it: a file name relative to the working directory, or the URL. */
  nameOf(location: URL): string
}

/** The fault of a file that does not exist. */
export const noSuchFile = 'no such file'

/** Of one file, in bytes: the largest public documents are below it. */
const limitMiB = 3
const limitBytes = limitMiB * 1024 * 1024
/** Of all files of a document. */
const totalLimitBytes = 32 * 1024 * 1024
const fileLimit = 5000
/** For one file, redirects included. */
const fetchWithinMs = 10_000
/** For all files of a document. */
const fetchAllWithinMs = 60_000

/**
 * `start` is a file name or an http(s) URL. Files are read from the folder of the document and below, or from
 * `root` and below: a document of somebody else must not read `../../.ssh/config`. Of a document at a URL,
 * only files of its origin are read.
 */
export function createSourceReader(start: string, root?: string): SourceReader {
  const access = /^https?:\/\//i.test(start) ? webAccess(start) : fileAccess(start, root)
  let files = 0
  let bytes = 0
  return {
    start: access.start,
    nameOf: access.nameOf,
    async read(location) {
      files += 1
      if (files > fileLimit) return { fault: `not read: the document has more than ${fileLimit} files` }
      const content = await access.read(location)
      if ('fault' in content) return content
      bytes += content.bytes.length
      if (bytes > totalLimitBytes) return { fault: 'not read: the files of the document exceed 32 MiB' }
      return textOf(content.bytes)
    },
  }
}

type Content = { readonly bytes: Buffer } | { readonly fault: string }

type Access = Pick<SourceReader, 'start' | 'nameOf'> & {
  readonly read: (location: URL) => Content | Promise<Content>
}

function textOf(bytes: Buffer): SourceText {
  if (bytes.length > limitBytes) return { fault: `larger than ${limitMiB} MiB` }
  if (!isUtf8(bytes) || bytes.includes(0)) return { fault: 'not UTF-8: save it in that encoding' }
  // A byte order mark is no part of the text.
  return { text: bytes.toString('utf8').replace(/^\ufeff/, ''), bytes }
}

function fileAccess(start: string, root: string | undefined): Access {
  const file = realName(resolve(start))
  const folder = realName(root === undefined ? dirname(file) : resolve(root))
  return {
    start: pathToFileURL(file),
    nameOf: (location) => shortName(location),
    read(location) {
      const named = fileNameOf(location)
      if (named === undefined) return { fault: otherPlace }
      const name = realName(named)
      // A link inside the folder may lead out of it.
      if (name !== file && !name.startsWith(folder.endsWith(sep) ? folder : folder + sep))
        return { fault: `outside of ${folder}, which is not read: --root DIR widens that` }
      return readWhole(name)
    },
  }
}

const otherPlace = 'elsewhere, which is not read: a document in a file refers to files only'

/** Undefined for a URL that names no file of this machine: an escaped slash, for one, is in no file name. */
function fileNameOf(location: URL): string | undefined {
  if (location.protocol !== 'file:' || location.host !== '') return undefined
  try {
    const name = fileURLToPath(location)
    return name.includes('\0') ? undefined : name
  } catch {
    return undefined
  }
}

/** With links resolved, where it exists. */
function realName(name: string): string {
  try {
    return realpathSync(name)
  } catch {
    return name
  }
}

function shortName(location: URL): string {
  const name = fileNameOf(location) ?? location.href
  const short = relative(realName(process.cwd()), name)
  return short.startsWith('..') || short === '' ? name : short
}

/** Only regular files: a device may have no end, and opening a pipe may wait for ever. */
function readWhole(name: string): Content {
  try {
    const file = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const stat = fstatSync(file)
      if (!stat.isFile()) return { fault: 'not a file' }
      if (stat.size > limitBytes) return { fault: `larger than ${limitMiB} MiB` }
      return { bytes: readFileSync(file) }
    } finally {
      closeSync(file)
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no reason known'
    return { fault: code === 'ENOENT' ? noSuchFile : `cannot be read (${code})` }
  }
}

function webAccess(start: string): Access {
  const document = new URL(start)
  const whole = AbortSignal.timeout(fetchAllWithinMs)
  return {
    start: document,
    nameOf: (location) => printableUrl(location.href),
    async read(location) {
      if (location.origin !== document.origin)
        return { fault: `of another origin than ${document.origin}, which is not read` }
      const signal = AbortSignal.any([whole, AbortSignal.timeout(fetchWithinMs)])
      return await fetchBytes(location, signal)
    },
  }
}

async function fetchBytes(location: URL, signal: AbortSignal): Promise<Content> {
  const headers = { Accept: 'application/json, application/yaml, text/yaml, */*;q=0.1' }
  try {
    const { status, text } = await callIssuer(location.href, {}, { method: 'GET', headers, limitMiB }, signal)
    return status === 200 ? { bytes: Buffer.from(text) } : { fault: `answered ${status}` }
  } catch (error) {
    return { fault: signal.aborted ? 'did not answer within 10 s' : messageOf(error) }
  }
}
