import { isatty } from 'node:tty'
import pino from 'pino'
import { type Destination, openDestination } from './destination.ts'
import { prettyLines } from './pretty.ts'

/** The process log: one JSON line an event. A destination that fails never stops traffic. */
export type Logger = {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void
  info(fields: Readonly<Record<string, unknown>>, message: string): void
  warn(fields: Readonly<Record<string, unknown>>, message: string): void
  error(fields: Readonly<Record<string, unknown>>, message: string): void
  /** One prebuilt JSON line, with its newline (`decision-log.ts`). */
  write(line: string): void
}

export type LogOptions = {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  readonly format: 'json' | 'pretty'
  readonly decisions: 'all' | 'refused' | 'off'
}

/** `worker`: which of several processes writes; a field of every line. */
type ProcessLogOptions = Pick<LogOptions, 'level' | 'format'> & { readonly worker?: number }

/** A logger with a handle on its level and its buffer. */
export type ProcessLogger = Logger & {
  setLevel(level: LogOptions['level']): void
  /** Since the start, for want of somebody who takes them. */
  readonly droppedLines: number
  /** Writes what is buffered, in order, and ends; to be waited for before the process ends. */
  close(): ReturnType<Destination['end']>
}

/** Decision lines wait at most this long, or until there are so many; a crash loses no more. */
const waitMs = 100
const batchChars = 32 * 1024

/** Logs to a file descriptor or a file, standard output by default. */
export function createLogger(options: ProcessLogOptions, destination: number | string = 1): ProcessLogger {
  const { worker } = options
  const sink = openDestination(destination, {
    batchBytes: 2 * batchChars,
    onRecovered: (lines) =>
      log.warn({ lines }, 'log lines were lost: nobody took them; this destination takes lines again'),
  })
  const stream = options.format === 'pretty' ? pretty(sink, destination) : sink
  const log = pino(
    {
      level: options.level,
      base: worker === undefined ? null : { worker },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  )
  const lines = batched((text) => stream.write(text))
  const entry =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: Readonly<Record<string, unknown>>, message: string) => {
      lines.flush()
      log[level](fields, message)
    }
  return {
    debug: entry('debug'),
    info: entry('info'),
    warn: entry('warn'),
    error: entry('error'),
    write: worker === undefined ? lines.write : (line) => lines.write(withWorker(line, worker)),
    setLevel: (level) => {
      log.level = level
    },
    get droppedLines() {
      return sink.droppedLines
    },
    close() {
      lines.flush()
      return sink.end()
    },
  }
}

function withWorker(line: string, worker: number): string {
  return `${line.slice(0, -'}\n'.length)},"worker":${worker}}\n`
}

/**
 * The destination measures what it holds at every write: 9 µs a line, against 1 when lines come in batches.
 */
function batched(write: (text: string) => void): { write(line: string): void; flush(): void } {
  let batch = ''
  let timer: NodeJS.Timeout | undefined
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    if (batch !== '') write(batch)
    batch = ''
  }
  return {
    flush,
    write(line) {
      batch += line
      if (batch.length >= batchChars) flush()
      else timer ??= setTimeout(flush, waitMs).unref()
    },
  }
}

/** In colour on a terminal, unless NO_COLOR says otherwise (no-color.org). */
function pretty(sink: Destination, destination: number | string): Pick<Destination, 'write'> {
  const color = typeof destination === 'number' && isatty(destination) && !process.env['NO_COLOR']
  return { write: (lines) => sink.write(prettyLines(lines, color)) }
}
