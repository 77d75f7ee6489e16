import type { IssueList } from '../issue-list.ts'
import type { File } from '../schema/file.ts'

/** The decoded file, and where to report what is wrong in it: every composer gets it. */
export type Context = {
  readonly input: File
  /** Relative file names are resolved against this folder. */
  readonly folder: string
  readonly issues: IssueList
}
