import { readFileSync } from 'node:fs'

/** Time between two looks: a change counts after two of them, one second at most. */
const everyMs = 500

/**
 * Calls `changed` after the content of the file changed: written in place, replaced by an editor, or behind a
 * symlink that Kubernetes swapped. The content is compared, since events differ between file systems and get
 * lost on mounted volumes. A file that disappears for a moment is waited for. Never keeps the process alive.
 */
export function watchFile(fileName: string, changed: () => void): FileWatch {
  let seen = content(fileName)
  let pending: string | undefined
  const timer = setInterval(() => {
    const now = content(fileName)
    const settled = now === pending
    pending = now
    // Two looks must agree: an editor may be in the middle of writing.
    if (now === undefined || now === seen || !settled) return
    seen = now
    changed()
  }, everyMs).unref()
  return {
    close: () => clearInterval(timer),
    tell() {
      seen = content(fileName)
      changed()
    },
  }
}

export type FileWatch = {
  close(): void
  /** Calls `changed` at once, whatever the content: it is not called again for what the file holds now. */
  tell(): void
}

function content(fileName: string): string | undefined {
  try {
    return readFileSync(fileName, 'utf8')
  } catch {
    return undefined
  }
}
