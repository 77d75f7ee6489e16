import { createRequire } from 'node:module'
import pino from 'pino'

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

/** A logger with a handle on its level and its buffer. */
export type ProcessLogger = Logger & {
  setLevel(level: LogOptions['level']): void
  /** Writes what is buffered, before the process ends. */
  flush(): void
}

/** Lines wait at most this long in the buffer; a crash loses no more. */
const flushEveryMs = 100
const writeAtBytes = 32 * 1024
const writeMostBytes = 64 * 1024
/** What a stuck destination (full disk, stopped reader) may hold in memory; later lines are dropped. */
const bufferLimitBytes = 16 * 1024 * 1024

/** Logs to a file descriptor or a file, standard output by default. */
export function createLogger(
  options: Pick<LogOptions, 'level' | 'format'>,
  destination: number | string = 1,
): ProcessLogger {
  const sink = pino.destination({
    dest: destination,
    sync: false,
    minLength: writeAtBytes,
    maxWrite: writeMostBytes,
    maxLength: bufferLimitBytes,
    periodicFlush: flushEveryMs,
  })
  // A full disk or a closed pipe raises `error` here; without a listener it would end the process.
  sink.on('error', () => {})
  const stream = options.format === 'pretty' ? pretty(sink) : sink
  const log = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  )
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
    write: (line) => void stream.write(line),
    setLevel: (level) => {
      log.level = level
    },
    flush: () => flush(sink),
  }
}

/** Loaded by those who ask for it only. */
function pretty(destination: ReturnType<typeof pino.destination>): pino.DestinationStream {
  const create = createRequire(import.meta.url)('pino-pretty') as typeof import('pino-pretty')
  return create({ destination, singleLine: true })
}

function flush(sink: ReturnType<typeof pino.destination>): void {
  try {
    sink.flushSync()
  } catch {
    // Nothing was opened yet, or the destination is gone: there is nobody left to tell.
  }
}
