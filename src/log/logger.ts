import { isatty } from 'node:tty'
import pino from 'pino'
import { type Destination, openDestination } from './destination.ts'
import { prettyLines } from './pretty.ts'
import { createPseudonyms, type PseudonymOptions, type Pseudonyms } from './pseudonyms.ts'

/** The log of a process, with one JSON line for each event. A destination that fails never stops traffic. */
export type Logger = {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void
  info(fields: Readonly<Record<string, unknown>>, message: string): void
  warn(fields: Readonly<Record<string, unknown>>, message: string): void
  error(fields: Readonly<Record<string, unknown>>, message: string): void
  /** Writes one line of JSON that is ready, with its newline (`decision-log.ts`). */
  write(line: string): void
}

export type LogOptions = {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  readonly format: 'json' | 'pretty'
  readonly decisions: 'all' | 'refused' | 'off'
} & PseudonymOptions

/** `worker` is the number of the process, where there are several. It is a field of every line. */
type ProcessLogOptions = Pick<LogOptions, 'level' | 'format'> &
  PseudonymOptions & { readonly worker?: number }

/** A logger with a handle on its options and its buffer. */
export type ProcessLogger = Logger & {
  /** Uses these options from now on. */
  take(options: Pick<LogOptions, 'level'> & PseudonymOptions): void
  /** The number of lines that were lost since the start because nobody took them. */
  readonly droppedLines: number
  /** Writes the lines that are buffered, in order, and ends. The process must wait for it before it ends. */
  close(): ReturnType<Destination['end']>
}

/**
 * The longest time for which decision lines wait for others, in milliseconds. A crash loses those that wait.
 */
const waitMs = 100
/** The number of characters at which the lines that wait are written at once. */
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
  let hidden = createPseudonyms(options)
  const lines = batched((text) => stream.write(text))
  const entry =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: Readonly<Record<string, unknown>>, message: string) => {
      lines.flush()
      log[level](hidden === undefined ? fields : withPseudonyms(fields, hidden), message)
    }
  return {
    debug: entry('debug'),
    info: entry('info'),
    warn: entry('warn'),
    error: entry('error'),
    write: worker === undefined ? lines.write : (line) => lines.write(withWorker(line, worker)),
    take(next) {
      log.level = next.level
      hidden = createPseudonyms(next)
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

/** The fields by which people are told apart. */
const personal = ['sub', 'remote'] as const

function withPseudonyms(fields: Readonly<Record<string, unknown>>, hidden: Pseudonyms) {
  const entries = personal.flatMap((name) => {
    const value = fields[name]
    return typeof value === 'string' ? [[name, hidden(value)] as const] : []
  })
  return { ...fields, ...Object.fromEntries(entries) }
}

function withWorker(line: string, worker: number): string {
  return `${line.slice(0, -'}\n'.length)},"worker":${worker}}\n`
}

/**
 * Gathers lines. The destination measures its buffer at every write, which costs 9 µs a line. In batches it
 * is 1 µs.
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

/** Writes for people: in colour on a terminal, unless NO_COLOR says otherwise (no-color.org). */
function pretty(sink: Destination, destination: number | string): Pick<Destination, 'write'> {
  const color = typeof destination === 'number' && isatty(destination) && !process.env['NO_COLOR']
  return { write: (lines) => sink.write(prettyLines(lines, color)) }
}
