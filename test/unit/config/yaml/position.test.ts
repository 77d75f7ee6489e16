import { expect, test } from 'vitest'
import { isMap, parseDocument } from 'yaml'
import { positionOfPair, spanOf } from '../../../../src/config/yaml/position.ts'

function positions(text: string): string[][] {
  const { contents } = parseDocument(text)
  if (!isMap(contents)) throw new Error('no map')
  const cut = ({ start, end }: { start: number; end: number }) => text.slice(start, end)
  return contents.items.map(positionOfPair).map(({ key, value }) => [cut(key), cut(value)])
}

test('an entry is where its key and its value are, without the comment behind it', () => {
  expect(positions('a: "x"   # comment\nb: [1, 2]\n')).toEqual([
    ['a', '"x"'],
    ['b', '[1, 2]'],
  ])
})

test('a value that is not written is shown by its key', () => {
  expect(positions('listen:\n')).toEqual([['listen', 'listen']])
})

test('something that is no node is nowhere', () => {
  expect(spanOf('text')).toEqual({ start: 0, end: 0 })
})
