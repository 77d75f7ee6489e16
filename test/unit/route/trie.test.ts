import { describe, expect, test } from 'vitest'
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

test.each([
  ['/1.json', '/{id}.json'],
  ['/report.json', '/report.json'],
  ['/report-1.json', '/report-{id}.json'],
  ['/report-1', '/report-{id}'],
  ['/1', '/{id}'],
  ['/.json', '/{id}'],
  ['/report-', '/{id}'],
  ['/report-.json', '/report-{id}'],
  ['/1.json/', '/{id}.json'],
  ['/1.json/x', '/{file}.json/x'],
  ['/ab', '/a{id}'],
  ['/ba', '/{id}a'],
  ['/aa', '/a{id}'],
  ['/a%20', '/a{id}'],
  ['/b%20', '/{id}'],
  ['/c20', '/{id}20'],
])('%s finds %s, the literals around a parameter by their length and then by their prefix', (path, found) => {
  const texts = ['/{id}', '/{id}.json', '/report-{id}', '/report-{id}.json', '/report.json', '/{file}.json/x']
  const { trie, known } = trieOf(...texts, '/{id}a', '/a{id}', '/{id}20')
  expect(known.every((value) => value === undefined)).toBe(true)
  expect(trie.find(path)).toBe(found)
})

test('a parameter with literals around it that leads nowhere does not hide one without', () => {
  const { trie } = trieOf('/x{v}/y', '/{v}/z', '/x{v}x/w')
  expect(trie.find('/xax/z')).toBe('/{v}/z')
  expect(trie.find('/xax/y')).toBe('/x{v}/y')
})

test('parameters with the same literals around them cover the same paths', () => {
  expect(trieOf('/a{x}b', '/a{y}b', '/a{x}', '/{x}b').known).toEqual([
    undefined,
    '/a{x}b',
    undefined,
    undefined,
  ])
})

test('a literal that leads nowhere does not hide a wildcard', () => {
  const { trie } = trieOf('/x/y/{w}', '/{v}/z/z')
  expect(trie.find('/x/z/z')).toBe('/{v}/z/z')
})

describe('with scripts', () => {
  const { trie } = trieOf('/**', '/admin', '/a/{x}', '/a.b/{x}', '/c/{x}/d', '/{y}/z')
  const stemOf = (segment: string) => /^(.+)\.[a-z]+$/.exec(segment)?.[1]

  test.each([
    ['/admin.php/x', '/admin'],
    ['/admin.php', '/**'],
    ['/a.php/7', '/a/{x}'],
    ['/a.b/7', '/a.b/{x}'],
    ['/c/7.php/d', '/c/{x}/d'],
    ['/q.php/z', '/{y}/z'],
    ['/index.php/admin', '/admin'],
    ['/index.php/a/7', '/a/{x}'],
    ['/index.php/index.php/admin', '/**'],
    ['/admin/x', '/**'],
  ])('%s finds %s', (path, found) => {
    expect(trie.findScript(path, stemOf)).toBe(found)
  })

  test('a path of nothing but scripts is searched in linear time', () => {
    const { trie } = trieOf('/{a}/{b}/{c}/{d}/end')
    const startedMs = performance.now()
    expect(trie.findScript('/index.php'.repeat(10_000), stemOf)).toBeUndefined()
    expect(performance.now() - startedMs).toBeLessThan(500)
  })
})
