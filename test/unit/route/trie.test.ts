import { expect, test } from 'vitest'
import { parsePattern } from '../../../src/route/pattern.ts'
import { createTrie } from '../../../src/route/trie.ts'

function trieOf(...texts: readonly string[]) {
  const trie = createTrie<string>()
  const known = texts.map((text) => trie.add(segmentsOf(text), text))
  return { trie, known }
}

function segmentsOf(text: string) {
  const pattern = parsePattern(text)
  if (typeof pattern === 'string') throw new Error(pattern)
  return pattern.segments
}

test('what is added first for a set of paths stays, and is told to whoever adds a second', () => {
  const { trie, known } = trieOf('/a/{id}', '/a/*', '/a/{other}', '/a/**', '/a')
  expect(known).toEqual([undefined, '/a/{id}', '/a/{id}', undefined, undefined])
  expect(trie.find('/a/1')).toBe('/a/{id}')
})

test.each([
  ['/', undefined],
  ['/a', '/a/**'],
  ['/a/', '/a/**'],
  ['/a/b', '/a/b'],
  ['/a/c', '/a/*'],
  ['/a/b/', '/a/b'],
  ['/a//', '/a/**'],
  ['/a//c', '/a/**'],
  ['/a/b/c', '/a/**'],
  ['/a/b/d', '/a/b/d'],
  ['/a/c/d', '/a/{x}/d'],
  ['/A', undefined],
  ['/constructor', undefined],
])('%s finds %s', (path, found) => {
  const { trie } = trieOf('/a/**', '/a/*', '/a/b', '/a/{x}/d', '/a/b/d')
  expect(trie.find(path)).toBe(found)
})

test('a literal that leads nowhere does not hide a wildcard', () => {
  const { trie } = trieOf('/x/y/{w}', '/{v}/z/z')
  expect(trie.find('/x/z/z')).toBe('/{v}/z/z')
})
