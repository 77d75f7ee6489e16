import { expect, it } from 'vitest'
import { formatMarkdownTable } from '../src/report/markdown.ts'

it('aligns names to the left and figures to the right', () => {
  const text = formatMarkdownTable({
    titles: ['', 'µs'],
    rows: [
      ['nginx', '9.50'],
      ['a', '12'],
    ],
  })
  expect(text.split('\n')).toEqual([
    '|       |   µs |',
    '|-------|-----:|',
    '| nginx | 9.50 |',
    '| a     |   12 |',
  ])
})

it('keeps a cell a cell, whatever is in it', () => {
  const text = formatMarkdownTable({ titles: ['why'], rows: [['a|b\n<c>']] }, 'left')
  expect(text.split('\n')[2]).toBe('| a\\|b \\<c> |')
})
