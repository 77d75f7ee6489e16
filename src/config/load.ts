import type { Config } from './config.ts'
import type { Issue } from './issue.ts'

/** `config` is undefined exactly when an issue is an error. `text` is what was read, for printing issues. */
export type LoadResult = {
  readonly config: Config | undefined
  readonly issues: readonly Issue[]
  readonly fileName: string
  readonly text: string
}

/** Reads, decodes and checks a configuration file. A file that cannot be read is an issue, not an error thrown. */
export declare function loadConfig(
  fileName: string,
  env: Readonly<Record<string, string | undefined>>,
): LoadResult

/** The same from text; relative file names in it are resolved against `fileName`'s folder. */
export declare function parseConfig(
  text: string,
  options: { readonly fileName: string; readonly env: Readonly<Record<string, string | undefined>> },
): LoadResult
