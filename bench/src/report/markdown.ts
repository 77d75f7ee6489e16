import type { Grid } from './tabulate.ts'

/**
 * A table in the dialect of GitHub, its columns aligned in the source too; figures, all but the first column,
 * to the right.
 */
export function formatMarkdownTable({ titles, rows }: Grid, align: 'left' | 'right' = 'right'): string {
  const cells = [titles, ...rows].map((row) => row.map(escapeCell))
  const widths = titles.map((_, index) => Math.max(3, ...cells.map((row) => width(row[index] ?? ''))))
  const cell = (row: readonly string[]) => (size: number, index: number) =>
    pad(row[index] ?? '', size, index > 0 && align === 'right')
  const line = (row: readonly string[]) => `| ${widths.map(cell(row)).join(' | ')} |`
  const rule = widths.map((size, index) => {
    const right = index > 0 && align === 'right'
    return `${'-'.repeat(size + (right ? 1 : 2))}${right ? ':' : ''}`
  })
  const [head = [], ...body] = cells
  return [line(head), `|${rule.join('|')}|`, ...body.map(line)].join('\n')
}

function pad(text: string, size: number, right: boolean): string {
  const blanks = ' '.repeat(size - width(text))
  return right ? `${blanks}${text}` : `${text}${blanks}`
}

/** In characters, not in UTF-16 units. */
function width(text: string): number {
  return [...text].length
}

/** What would end the cell or begin a tag. */
function escapeCell(text: string): string {
  return text.replace(/[|\\<]/g, '\\$&').replace(/\s+/g, ' ')
}
