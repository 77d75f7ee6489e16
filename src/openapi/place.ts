/** Where something is written. Lines and columns count from 1; `file` is a file name or a URL. */
export type Place = { readonly file: string; readonly line: number; readonly column: number }

/** Something that is wrong with a document, and what to do about it. */
export type Problem = { readonly place: Place; readonly message: string }

export function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`
}
