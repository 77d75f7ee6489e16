import { expect, it } from 'vitest'
import { formatTable, wrap } from '../../../../src/dev/demo/text-table.ts'

const columns = [{ title: 'who' }, { title: 'answer' }, { title: 'why', flexible: true }]

it('aligns columns to their widest cell, without spaces at the end', () => {
  const rows = [
    ['alice', '200', 'read'],
    ['bob', 'access_denied', ''],
  ]
  expect(formatTable(columns, rows, { width: 80 })).toBe(
    ['who    answer         why', 'alice  200            read', 'bob    access_denied'].join('\n'),
  )
})

it('wraps the flexible column at the width of the terminal', () => {
  const table = formatTable(columns, [['alice', '200', 'one two three four five six seven eight']], {
    width: 40,
  })
  expect(table.split('\n')).toEqual([
    'who    answer  why',
    'alice  200     one two three four five',
    '               six seven eight',
  ])
})

it('never makes the flexible column narrower than a few words', () => {
  const table = formatTable(columns, [['alice', '200', 'one two three four five']], { width: 10 })
  expect(table).toContain('one two three four five')
})

it('leaves a word that is longer than the line whole', () => {
  expect(wrap('a https://api.example.com/very/long b', 10)).toEqual([
    'a',
    'https://api.example.com/very/long',
    'b',
  ])
})
