import { constants, fstatSync, openSync } from 'node:fs'
import { Socket } from 'node:net'
import pino from 'pino'

/**
 * The place to which the log is written. It never blocks: lines wait in bounded memory, and those that do not
 * fit are dropped and counted.
 */
export type Destination = {
  /** Takes whole lines, each with its newline. */
  write(lines: string): void
  /** The number of lines that were dropped since the start. */
  readonly droppedLines: number
  /**
   * Writes the lines that wait, in order, and ends, after a second at the latest. `held` says that a thread
   * of this process is still writing to somebody who does not read, so that `process.exit` would wait for
   * ever.
   */
  end(): Promise<'ended' | 'held'>
}

export type DestinationOptions = {
  /** The most bytes that are written at once. */
  readonly batchBytes: number
  /** Called after `lines` were dropped, when all those that waited are written. */
  readonly onRecovered: (lines: number) => void
}

/**
 * The most bytes that wait for a stuck destination (full disk, stopped reader). Further lines are dropped.
 */
const bufferLimitBytes = 16 * 1024 * 1024
/** The longest time, in milliseconds, for which a destination that is stuck or gone holds the process up. */
const endWithinMs = 1000
/** The time until a full pipe is first tried again, in milliseconds. It doubles each time. */
const firstRetryMs = 2
/** The longest time until it is tried again. A pipe that is read again waits so long at most. */
const lastRetryMs = 100
/** The time until a full disk, or a pipe whose reader is gone, is tried again, in milliseconds. */
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
    // The sink would wait for 100 ms each time, in which a pipe takes no more than its 64 KiB.
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
 * Makes writes fail with EAGAIN where they would block, so that they can be tried again. A write that blocks
 * holds one of Node's four threads until somebody reads. The flag for it belongs to the file description,
 * which other processes may share, so a pipe is opened once more. That is not permitted where another user
 * made it, as the runtime of a container does. A socket cannot be opened again: there the flag is set, as
 * Node itself does when `process.stdout` is used, and Node takes it back when the process ends.
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

/** They are kept here, since one that is collected as garbage would close its descriptor. */
const sockets: Socket[] = []

/**
 * Writes nothing, again and again, after a failure: the sink keeps the lines that it holds, and tries again
 * at the next write only.
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
      // A sink that is not destroyed is flushed at exit, for ever when the disk is full.
      sink.destroy()
      resolve(ended)
    }
    const timer = setTimeout(() => done(false), endWithinMs)
    sink.once('close', () => done(true))
    sink.on('error', ({ code }: NodeJS.ErrnoException) => void (code === 'EAGAIN' || done(true)))
    try {
      sink.end()
    } catch {
      // It was given up before, and nobody is left who could be told.
      done(true)
    }
  })
}
