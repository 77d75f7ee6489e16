import { readFileSync } from 'node:fs'
import { digestOf, type FileDigests } from './file-reader.ts'
import { readFault } from './read-fault.ts'

/** Time between two looks. A change counts when two of them agree, so after one second at most. */
const everyMs = 500

export type FilesWatch = {
  close(): void
  /** Calls `changed` at once, whatever the files hold: it is not called again for what they hold now. */
  tell(): void
  /** Watches these files instead, which held this when they were read. */
  follow(files: FileDigests): void
}

export type WatchOptions = {
  readonly changed: () => void
  /** Hears once of a file that is there and cannot be read, and again after it could be. */
  readonly unreadable?: (fileName: string, problem: string) => void
}

/**
 * Calls `changed` after the content of a file changed: written in place, replaced by an editor, or behind a
 * symlink that Kubernetes swapped. The content is compared, since events differ between file systems and get
 * lost on mounted volumes. A file that disappears for a moment is waited for. Never keeps the process alive.
 */
export function watchFiles(files: FileDigests, { changed, unreadable }: WatchOptions): FilesWatch {
  let seen = new Map(files)
  let before: FileDigests = new Map()
  const denials = createDenials(unreadable)

  const timer = setInterval(() => {
    const now = look(seen.keys(), denials)
    const different = [...now].filter(([name, digest]) => digest !== undefined && digest !== seen.get(name))
    const settled = different.every(([name, digest]) => before.get(name) === digest)
    before = now
    // Two looks must agree: an editor may be in the middle of writing.
    if (different.length === 0 || !settled) return
    seen = new Map([...seen, ...different])
    changed()
  }, everyMs).unref()

  return {
    close: () => clearInterval(timer),
    tell() {
      seen = look(seen.keys(), denials)
      changed()
    },
    follow(next) {
      seen = new Map(next)
      before = new Map()
    },
  }
}

/** The same for one file, from what it holds now. */
export function watchFile(fileName: string, changed: () => void): FilesWatch {
  return watchFiles(look([fileName]), { changed })
}

type Denials = { found(fileName: string, problem: string | undefined): void }

function look(names: Iterable<string>, denials?: Denials): Map<string, string | undefined> {
  const digests = new Map<string, string | undefined>()
  for (const name of names) {
    try {
      digests.set(name, digestOf(readFileSync(name)))
      denials?.found(name, undefined)
    } catch (error) {
      digests.set(name, undefined)
      const { kind, message } = readFault(name, error, 'create it')
      denials?.found(name, kind === 'missing' ? undefined : message)
    }
  }
  return digests
}

/** Told at the second look: a file that is being replaced may be closed for a moment. */
function createDenials(unreadable: WatchOptions['unreadable']): Denials {
  const looks = new Map<string, number>()
  return {
    found(fileName, problem) {
      const count = problem === undefined ? 0 : (looks.get(fileName) ?? 0) + 1
      looks.set(fileName, count)
      if (problem !== undefined && count === 2) unreadable?.(fileName, problem)
    },
  }
}
