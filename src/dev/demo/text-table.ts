export type Column = {
  readonly title: string
  /** Its text wraps. It shares the width that the others leave with the other flexible columns. */
  readonly flexible?: boolean
}

export type TableOptions = {
  /** Characters a line. */
  readonly width: number
}

/** Aligned plain text: columns are two spaces apart, and no boxes are drawn. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { width }: TableOptions,
): string {
  const titles = columns.map(({ title }) => title)
  const widths = fitWidths(columns, [titles, ...rows], width)
  return [titles, ...rows].map((row) => formatRow(row, widths)).join('\n')
}

const gap = '  '
const narrowestFlexible = 24

function fitWidths(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): number[] {
  const widest = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)))
  const fixed = widest.filter((_, index) => columns[index]?.flexible !== true)
  const flexible = columns.length - fixed.length
  const taken = fixed.reduce((sum, size) => sum + size, 0) + gap.length * (columns.length - 1)
  const left = Math.max(narrowestFlexible, Math.floor((width - taken) / Math.max(1, flexible)))
  return widest.map((size, index) => (columns[index]?.flexible === true ? Math.min(size, left) : size))
}

function formatRow(cells: readonly string[], widths: readonly number[]): string {
  const wrapped = cells.map((cell, index) => wrap(cell, widths[index] ?? cell.length))
  const height = Math.max(...wrapped.map((lines) => lines.length))
  return Array.from({ length: height }, (_, line) =>
    wrapped
      .map((lines, index) => (lines[line] ?? '').padEnd(widths[index] ?? 0))
      .join(gap)
      .trimEnd(),
  ).join('\n')
}

/** Breaks between words. A word that is longer than the line gets a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (longer.length <= width || line === '') {
      line = longer
    } else {
      lines.push(line)
      line = word
    }
  }
  return [...lines, line]
}
