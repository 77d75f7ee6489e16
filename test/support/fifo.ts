import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from './process.ts'

export type Fifo = {
  readonly path: string
  /** The end for whoever writes. */
  readonly fd: number
  /** Everything that comes until it ends in `end`. Until it is called, nobody reads. */
  readUntil(end: RegExp): Promise<string>
}

/**
 * A pipe that has a name, and so is a pipe for child processes too: those that Node makes for them are
 * sockets.
 */
export function createFifo(): Fifo {
  const path = join(temporaryFolder(), 'pipe')
  execFileSync('mkfifo', [path])
  // Open for both, so that it neither waits for a writer nor ends with one.
  const reading = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
  const fd = openSync(path, constants.O_WRONLY)
  onTestFinished(() => {
    closeSync(reading)
    closeSync(fd)
  })
  return {
    path,
    fd,
    async readUntil(end) {
      const chunks: string[] = []
      for (let tail = ''; !end.test(tail); tail = (tail + (chunks.at(-1) ?? '')).slice(-1000)) {
        const chunk = readSome(reading)
        if (chunk === '') await pause(1)
        chunks.push(chunk)
      }
      return chunks.join('')
    },
  }
}

function readSome(fd: number): string {
  const buffer = Buffer.alloc(64 * 1024)
  try {
    return buffer.toString('latin1', 0, readSync(fd, buffer))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return ''
    throw error
  }
}
