import { createHash } from 'node:crypto'
import type { LoadResult } from '../config/load.ts'
import type { ProcessLogger } from '../log/logger.ts'
import type { Program } from '../server/metrics-page.ts'

export type ProgramOptions = {
  readonly version: string
  /** The configuration with which it starts. */
  readonly loaded: Pick<LoadResult, 'fileName' | 'files' | 'text'>
  readonly log: Pick<ProcessLogger, 'droppedLines'>
}

/** The program that runs, and the file by which it runs. */
export class RunningProgram implements Program {
  readonly version: string
  readonly loaded: ProgramOptions['loaded']
  readonly #log: ProgramOptions['log']
  config: Program['config']
  isFileInForce = true

  constructor({ version, loaded, log }: ProgramOptions) {
    this.version = version
    this.loaded = loaded
    this.#log = log
    this.config = inForceNow(loaded)
  }

  get droppedLines(): number {
    return this.#log.droppedLines
  }

  /** The present content of the file is in force. */
  took(loaded: Pick<LoadResult, 'text'>): void {
    this.config = inForceNow(loaded)
    this.isFileInForce = true
  }

  /** The present content of the file was refused. Its former content stays in force. */
  refused(): void {
    this.isFileInForce = false
  }
}

/** The digest is that of the text, in which secrets are references. So nobody can guess them by it. */
function inForceNow({ text }: Pick<LoadResult, 'text'>): Program['config'] {
  return { sha256: createHash('sha256').update(text).digest('hex'), loadedAtMs: Date.now() }
}
