import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isJsonObject } from '../issuer/json-object.ts'
import type { CutOff, CutOffKind } from '../token/cut-offs.ts'
import { parseInstant } from '../token/instant.ts'
import { printCutOff } from '../token/withdrawal.ts'

/** `revocation.file`: one cut-off a line, so that a restart forgets none. */
export type RevocationFile = {
  /** Resolves when these lines are on the disk. Rejects when they are not; then the file is as it was. */
  append(cutOffs: readonly CutOff[]): Promise<void>
  /** Puts these in the place of everything that the file holds. */
  replace(cutOffs: readonly CutOff[]): Promise<void>
  /** Lines in the file. */
  readonly lines: number
  close(): Promise<void>
}

export type OpenedFile = { readonly file: RevocationFile; readonly cutOffs: readonly CutOff[] }

/**
 * Reads the file, or makes it. A last line that was cut short was never answered for: it is dropped, unless
 * it lacks no more than its end of line, as when an editor has left that out. Rejects with a sentence for the
 * operator when any other line is damaged, or the file cannot be used.
 *
 * Nothing is changed before the first `append`: a gateway that is started a second time by mistake ends when
 * it finds its port taken, and must not have touched the file of the one that runs.
 */
export async function openRevocationFile(name: string): Promise<OpenedFile> {
  const handle = await openOrMake(name)
  try {
    // Reading a pipe or a device may never end.
    if (!(await handle.stat()).isFile()) throw new Error(`${name} is no plain file: correct revocation.file`)
    const text = await handle.readFile('utf8')
    const end = text.lastIndexOf('\n') + 1
    const cutOffs = parseLines(text.slice(0, end), name)
    const last = parseLine(text.slice(end))
    const bytes = Buffer.byteLength(text.slice(0, end))
    const unended = last === undefined ? [] : [last]
    const state = { bytes, lines: cutOffs.length, isTorn: end < text.length, unended }
    return { file: new LineFile(name, handle, state), cutOffs: [...cutOffs, ...unended] }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Only this account reads it: it says who was suspended, and when. */
const mode = 0o600

async function openOrMake(name: string): Promise<FileHandle> {
  try {
    // It is written at a place of our own choosing: with `a`, a failed line could not be taken back.
    return await open(name, 'r+').catch((error) => {
      if (error.code !== 'ENOENT') throw error
      return makeFile(name)
    })
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new Error(`${name} cannot be opened (${reason}): correct revocation.file, or its folder and rights`)
  }
}

async function makeFile(name: string): Promise<FileHandle> {
  const handle = await open(name, 'wx+', mode)
  await syncFolder(name)
  return handle
}

/** Without it, a file that was just made or renamed may be gone after a power failure. */
async function syncFolder(name: string): Promise<void> {
  const folder = await open(dirname(name), 'r')
  await folder.sync().finally(() => folder.close())
}

function parseLines(text: string, name: string): CutOff[] {
  const lines = text === '' ? [] : text.slice(0, -1).split('\n')
  return lines.map((line, i) => {
    const cutOff = parseLine(line)
    if (cutOff !== undefined) return cutOff
    throw new Error(
      `${name}:${i + 1} is damaged, so nobody knows whose access it ended: put the line right (such as ` +
        '{"issuer":"https://auth.example.com/oidc","sub":"ID","before":"2026-01-31T12:00:00Z"}), or take it out',
    )
  })
}

const kinds: readonly CutOffKind[] = ['sub', 'client', 'organization', 'all']

function parseLine(line: string): CutOff | undefined {
  const members = parseJson(line)
  if (!isJsonObject(members) || typeof members['issuer'] !== 'string') return undefined
  const named = kinds.filter((name) => Object.hasOwn(members, name))
  const [kind] = named
  const instantMs = parseInstant(String(members['before']))
  if (kind === undefined || named.length > 1 || instantMs === undefined) return undefined
  const id = members[kind]
  const { issuer } = members
  const instantS = Math.floor(instantMs / 1000)
  if (kind === 'all') return id === true ? { issuer, kind, id: '', instantS } : undefined
  return typeof id === 'string' ? { issuer, kind, id, instantS } : undefined
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function printLines(cutOffs: readonly CutOff[]): Buffer {
  return Buffer.from(cutOffs.map((cutOff) => `${JSON.stringify(printCutOff(cutOff))}\n`).join(''))
}

type FileState = {
  /** Of whole lines. */
  readonly bytes: number
  readonly lines: number
  /** Something is behind them. */
  readonly isTorn: boolean
  /** The last line, which lacks its end. */
  readonly unended: readonly CutOff[]
}

class LineFile implements RevocationFile {
  readonly #name: string
  #handle: FileHandle
  #bytes: number
  #lines: number
  /** A line was written in part, and was not taken back yet. */
  #isTorn: boolean
  #unended: readonly CutOff[]

  constructor(name: string, handle: FileHandle, { bytes, lines, isTorn, unended }: FileState) {
    this.#name = name
    this.#handle = handle
    this.#bytes = bytes
    this.#lines = lines
    this.#isTorn = isTorn
    this.#unended = unended
  }

  get lines(): number {
    return this.#lines
  }

  async append(more: readonly CutOff[]): Promise<void> {
    const cutOffs = [...this.#unended, ...more]
    const bytes = printLines(cutOffs)
    if (this.#isTorn) await this.#takeBack()
    await this.#refuseOtherWriters()
    try {
      await writeAll(this.#handle, bytes, this.#bytes)
    } catch (error) {
      this.#isTorn = true
      await this.#takeBack().catch(() => {})
      throw error
    }
    this.#bytes += bytes.length
    this.#lines += cutOffs.length
    this.#unended = []
  }

  async replace(cutOffs: readonly CutOff[]): Promise<void> {
    const bytes = printLines(cutOffs)
    const other = `${this.#name}.new`
    if (this.#isTorn) await this.#takeBack()
    await this.#refuseOtherWriters()
    const handle = await open(other, 'w+', mode)
    try {
      await writeAll(handle, bytes, 0)
      await rename(other, this.#name)
    } catch (error) {
      await handle.close()
      await unlink(other).catch(() => {})
      throw error
    }
    // From here on the old file has no name any more: nothing may be written there.
    const old = this.#handle
    this.#handle = handle
    this.#isTorn = false
    this.#unended = []
    this.#bytes = bytes.length
    this.#lines = cutOffs.length
    await old.close()
    await syncFolder(this.#name)
  }

  /** Half of a line in the middle would damage the file. */
  async #takeBack(): Promise<void> {
    await this.#handle.truncate(this.#bytes)
    this.#isTorn = false
  }

  /**
   * Two gateways at one file would write over each other, and a file that was moved away keeps nothing that
   * the next start reads.
   */
  async #refuseOtherWriters(): Promise<void> {
    const [own, named] = await Promise.all([this.#handle.stat(), stat(this.#name).catch(() => undefined)])
    if (named?.ino === own.ino && named.dev === own.dev && own.size === this.#bytes) return
    throw new Error(
      `${this.#name} was changed, moved or replaced by another program: give each gateway a revocation.file of ` +
        'its own, and restart this one',
    )
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written)
    written += bytesWritten
  }
  await handle.sync()
}
