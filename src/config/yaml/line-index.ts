export type LineIndex = {
  /** The line and the column of an offset, both counted from 1. */
  lineAndColumn(offset: number): { readonly line: number; readonly column: number }
  /** The offset of the next line break, or of the end of the text. */
  endOfLine(offset: number): number
}

/** The YAML library counts lines while it parses, and loses some of those that it cannot read. */
export function createLineIndex(text: string): LineIndex {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)

  /** Index of the last line that starts at or before this offset. */
  function lineOf(offset: number): number {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }

  return {
    lineAndColumn(offset) {
      const line = lineOf(offset)
      return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 }
    },
    endOfLine(offset) {
      const next = starts[lineOf(offset) + 1]
      return next === undefined ? text.length : next - 1
    },
  }
}
