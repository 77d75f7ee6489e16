import type { IssueList } from '../issue-list.ts'
import type { File } from '../schema/file.ts'

/** What every part of the file is composed with. */
export type Context = {
  readonly input: File
  /** Relative file names are resolved against it. */
  readonly folder: string
  readonly issues: IssueList
}
