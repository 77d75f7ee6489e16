import { describe, expect, test } from 'vitest'
import { firstDifference, ref, resolveRefs } from '../../../src/logto/change.ts'

describe('references', () => {
  const ids = new Map([['role A', 'r1']])

  test('become ids, at any depth', () => {
    expect(resolveRefs({ roleIds: [ref('role A'), 'x'], of: { it: ref('role A') }, n: 1 }, ids)).toEqual({
      roleIds: ['r1', 'x'],
      of: { it: 'r1' },
      n: 1,
    })
  })

  test('to what is not known are a mistake of the plan', () => {
    expect(() => resolveRefs(ref('role B'), ids)).toThrow('nothing is known of the role B')
  })
})

describe('an answer', () => {
  test.each([
    [{ a: 1 }, { a: 1, b: 2 }, undefined],
    [{ a: { b: true } }, { a: { b: true, c: 1 } }, undefined],
    [{ uris: ['x'] }, { uris: ['y', 'x'] }, undefined],
    [{ a: 1 }, { a: 2 }, 'a'],
    [{ a: { b: true } }, { a: { b: false } }, 'a.b'],
    [{ a: { b: true } }, { a: null }, 'a'],
    [{ uris: ['x'] }, { uris: ['y'] }, 'uris'],
    [{ uris: ['x'] }, {}, 'uris'],
    [{ a: 1 }, undefined, 'everything'],
    [{ a: 1 }, [], 'everything'],
  ])('is held against what was asked for: %#', (expected, answer, difference) => {
    expect(firstDifference(expected, answer)).toBe(difference)
  })
})
