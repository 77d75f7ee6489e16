import { describe, expect, test } from 'vitest'
import { createLineIndex } from '../../../../src/config/yaml/line-index.ts'

const text = 'listen: here\n\napis:\n  todo: 1'
const lines = createLineIndex(text)

describe('the line index', () => {
  test.each([
    ['the first letter', text.indexOf('listen'), 1, 1],
    ['a value in the first line', text.indexOf('here'), 1, 9],
    ['a line break', text.indexOf('\n'), 1, 13],
    ['an empty line', text.indexOf('\n') + 1, 2, 1],
    ['an indented key', text.indexOf('todo'), 4, 3],
    ['the end of the text', text.length, 4, 10],
  ])('finds %s', (_, offset, line, column) => {
    expect(lines.lineAndColumn(offset)).toEqual({ line, column })
  })

  test('finds the end of a line, and of the last one', () => {
    expect(lines.endOfLine(0)).toBe(text.indexOf('\n'))
    expect(lines.endOfLine(text.indexOf('todo'))).toBe(text.length)
  })

  test('has one line when the text is empty', () => {
    const empty = createLineIndex('')
    expect(empty.lineAndColumn(0)).toEqual({ line: 1, column: 1 })
    expect(empty.endOfLine(0)).toBe(0)
  })
})
