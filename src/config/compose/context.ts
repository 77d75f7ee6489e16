import type { FileReader } from '../file-reader.ts'
import type { IssueList } from '../issue-list.ts'
import type { LogtoLock } from '../logto-config.ts'
import type { File } from '../schema/file.ts'

/** The decoded file, and where to report what is wrong in it: every composer gets it. */
export type Context = {
  readonly input: File
  readonly files: FileReader
  readonly issues: IssueList
  /** Of the file; relative to the folder of `files`. */
  readonly fileName: string
  /** The ids of applications at Logto. */
  readonly lock: LogtoLock | 'absent' | 'damaged'
  /** For the commands that set Logto up: applications have no id yet, and secrets may not exist. */
  readonly isProvisioning: boolean
}
