import { describe, expect, test } from 'vitest'
import { without } from '../../../../src/config/compose/without.ts'

const value = { a: { b: 1, c: { d: 2 } }, list: [{ e: 3 }, 4], f: 5 }

describe('a copy without some entries', () => {
  test.each([
    [[], value],
    [[['f']], { a: value.a, list: value.list }],
    [[['a', 'b']], { a: { c: { d: 2 } }, list: value.list, f: 5 }],
    [
      [
        ['a', 'c', 'd'],
        ['a', 'b'],
      ],
      { a: { c: {} }, list: value.list, f: 5 },
    ],
    [[['a'], ['a', 'b']], { list: value.list, f: 5 }],
    [[['list', 0, 'e']], { a: value.a, f: 5 }],
    [[['none', 'at', 'all']], value],
    [[[]], value],
  ])('at %j is %j', (paths, expected) => {
    expect(without(value, paths)).toEqual(expected)
  })

  test('leaves the original alone', () => {
    without(value, [['a', 'b']])
    expect(value.a.b).toBe(1)
  })

  test.each([7, 'text', null, undefined])('of %j is the same', (plain) => {
    expect(without(plain, [['a']])).toBe(plain)
  })
})
