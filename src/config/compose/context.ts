import type { FileReader } from '../file-reader.ts'
import type { IssueList } from '../issue-list.ts'
import type { File } from '../schema/file.ts'

/** The decoded file, and where to report what is wrong in it: every composer gets it. */
export type Context = {
  readonly input: File
  readonly files: FileReader
  readonly issues: IssueList
}
