import { constants, fstatSync, openSync } from 'node:fs'
import { Socket } from 'node:net'
import pino from 'pino'

/**
 * Where the log goes. It never blocks: lines wait in bounded memory, and what does not fit is dropped and
 * counted.
 */
export type Destination = {
  /** Whole lines, each with its newline. */
  write(lines: string): void
  /** Since the start. */
  readonly droppedLines: number
  /**
   * Writes what waits, in order, and ends, after a second at the latest. `held`: a thread of this process is
   * still writing to somebody who does not read, so that `process.exit` would wait for ever.
   */
  end(): Promise<'ended' | 'held'>
}

export type DestinationOptions = {
  /** Bytes that are written at once. */
  readonly batchBytes: number
  /** Called when all that waited is written, after `lines` were dropped. */
  readonly onRecovered: (lines: number) => void
}

/** What a stuck destination (full disk, stopped reader) may hold in memory. */
const bufferLimitBytes = 16 * 1024 * 1024
/** A destination that is stuck or gone must not hold the process up. */
const endWithinMs = 1000
/** A full pipe is tried again after so long at first, then twice as long each time. */
const firstRetryMs = 2
const lastRetryMs = 100
/** The same for a full disk, or a reader that is gone. */
const failedRetryMs = 1000

type Sink = ReturnType<typeof pino.destination>

/** Opens a file descriptor or a file. */
export function openDestination(target: number | string, options: DestinationOptions): Destination {
  const { fd, blocks } = typeof target === 'number' ? withoutBlocking(target) : { fd: target, blocks: true }
  const sink = pino.destination({
    dest: fd,
    sync: false,
    maxWrite: options.batchBytes,
    maxLength: bufferLimitBytes,
    // It would wait for 100 ms each time, in which a pipe takes no more than its 64 KiB.
    retryEAGAIN: () => false,
  })
  let ended = false
  let droppedLines = 0
  let untoldLines = 0
  keepTrying(sink, () => ended)
  sink.on('drop', (text: string) => {
    const lines = text.split('\n').length - 1
    droppedLines += lines
    untoldLines += lines
  })
  sink.on('drain', () => {
    const lines = untoldLines
    untoldLines = 0
    if (lines > 0) options.onRecovered(lines)
  })
  return {
    write: (lines) => void (ended || sink.write(lines)),
    get droppedLines() {
      return droppedLines
    },
    async end() {
      const inTime = await end(sink)
      ended = true
      return inTime || !blocks ? 'ended' : 'held'
    },
  }
}

/**
 * A write to a full pipe holds one of Node's four threads until somebody reads. Without blocking it fails
 * with EAGAIN, and can be tried again. The flag belongs to the file description, which other processes may
 * share: so a pipe is opened once more. That is not permitted where another user made it, as the runtime of a
 * container does. A socket cannot be opened again: there the flag is set, as Node itself does when
 * `process.stdout` is used, and taken back by Node when the process ends.
 */
function withoutBlocking(fd: number): { readonly fd: number; readonly blocks: boolean } {
  try {
    const stat = fstatSync(fd)
    if (stat.isSocket()) {
      sockets.push(new Socket({ fd, readable: false }))
      return { fd, blocks: false }
    }
    if (!stat.isFIFO()) return { fd, blocks: true }
    return { fd: openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK), blocks: false }
  } catch {
    return { fd, blocks: true }
  }
}

/** Collected as garbage, one of them would close its descriptor. */
const sockets: Socket[] = []

/**
 * After a failure the sink keeps what it holds, and tries again at the next write only: here one without a
 * line.
 */
function keepTrying(sink: Sink, hasEnded: () => boolean): void {
  let retryMs = firstRetryMs
  let waiting = false
  const retry = () => {
    waiting = false
    if (!hasEnded()) sink.write('')
  }
  sink.on('write', () => {
    retryMs = firstRetryMs
  })
  // Without a listener, a full disk or a closed pipe would end the process.
  sink.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (waiting) return
    waiting = true
    setTimeout(retry, code === 'EAGAIN' ? retryMs : failedRetryMs).unref()
    retryMs = Math.min(2 * retryMs, lastRetryMs)
  })
}

/** Resolves to false when it did not end in time. */
function end(sink: Sink): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (ended: boolean) => {
      clearTimeout(timer)
      // What is not destroyed is flushed at exit, for ever when the disk is full.
      sink.destroy()
      resolve(ended)
    }
    const timer = setTimeout(() => done(false), endWithinMs)
    sink.once('close', () => done(true))
    sink.on('error', ({ code }: NodeJS.ErrnoException) => void (code === 'EAGAIN' || done(true)))
    try {
      sink.end()
    } catch {
      // It was given up before: there is nobody left to tell.
      done(true)
    }
  })
}
