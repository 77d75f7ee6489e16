import { describe, expect, test } from 'vitest'
import { parsePattern } from '../../../src/route/pattern.ts'
import { contains, intersection, isPreferred, setKey } from '../../../src/route/pattern-set.ts'

function segments(text: string) {
  const pattern = parsePattern(text)
  if (typeof pattern === 'string') throw new Error(pattern)
  return pattern.segments
}

describe('a pattern as a set of paths', () => {
  test.each([
    ['/{a}', '/{b}', true],
    ['/{a}', '/*', true],
    ['/{a}.json', '/{b}.json', true],
    ['/{a}.json', '/{b}', false],
    ['/a', '/A', false],
    ['/a/**', '/a', false],
  ])('%s and %s have one key: %s', (first, second, same) => {
    expect(setKey(segments(first)) === setKey(segments(second))).toBe(same)
  })

  test.each([
    ['/{a}', '/x', true],
    ['/{a}', '/{b}.json', true],
    ['/{a}.json', '/x.json', true],
    ['/{a}.json', '/.json', false],
    ['/{a}.json', '/{b}.v1.json', true],
    ['/{a}.json', '/{b}', false],
    ['/x', '/{a}', false],
    ['/**', '/', true],
    ['/**', '/a/{b}', true],
    ['/a/**', '/a', true],
    ['/a/**', '/a/b/**', true],
    ['/a/*', '/a/**', false],
    ['/a/{b}', '/a', false],
    ['/a', '/a/b', false],
  ])('%s contains %s: %s', (whole, part, expected) => {
    expect(contains(segments(whole), segments(part))).toBe(expected)
  })

  test.each([
    ['/users/{id}', '/{kind}/admin', '/users/admin'],
    ['/a/**', '/{x}', '/a'],
    ['/a/**', '/{x}/{y}/c', '/a/{y}/c'],
    ['/a/**', '/**', '/a/**'],
    ['/{a}.json', '/x{b}', '/x{a}.json'],
    ['/{a}.json', '/x.json', '/x.json'],
    ['/a', '/b', undefined],
    ['/{a}.json', '/{b}.xml', undefined],
    ['/a{x}', '/b{y}', undefined],
    ['/a/b', '/{x}', undefined],
  ])('%s and %s have %s in common', (first, second, common) => {
    const expected = common === undefined ? undefined : setKey(segments(common))
    for (const pair of [[first, second] as const, [second, first] as const]) {
      const found = intersection(segments(pair[0]), segments(pair[1]))
      expect(found && setKey(found)).toBe(expected)
    }
  })

  test.each([
    ['/a', '/{x}'],
    ['/{x}.json', '/{x}'],
    ['/{x}.v1.json', '/{x}.json'],
    ['/a{x}', '/{x}b'],
    ['/{x}', '/**'],
    ['/a', '/a/**'],
    ['/a/{x}', '/{y}/b'],
  ])('%s is preferred to %s', (first, second) => {
    expect(isPreferred(segments(first), segments(second))).toBe(true)
    expect(isPreferred(segments(second), segments(first))).toBe(false)
  })
})
