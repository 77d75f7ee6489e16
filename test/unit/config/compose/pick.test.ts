import { expect, test } from 'vitest'
import { pick } from '../../../../src/config/compose/pick.ts'

test('only the keys of the other are picked, and only where they are', () => {
  const entries: { a: number; b: number; c?: number } = { a: 1, b: 2 }
  expect(pick(entries, { b: 'x', c: 'y' })).toEqual({ b: 2 })
  expect(pick({ toString: 1 }, {})).toEqual({})
})
