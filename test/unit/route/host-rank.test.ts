import { expect, test } from 'vitest'
import { hostsMeet } from '../../../src/route/host-rank.ts'

test.each([
  [[], ['a.test'], true],
  [[], [], true],
  [['a.test'], ['a.test'], true],
  [['a.test'], ['b.test'], false],
  [['*.a.test'], ['x.a.test'], true],
  [['*.a.test'], ['a.test'], false],
  [['*.a.test'], ['*.x.a.test'], true],
  [['*.a.test'], ['*.b.test'], false],
  [['a.test', '*.b.test'], ['c.test', 'x.b.test'], true],
])('%j and %j name a host in common: %s', (first, second, meet) => {
  expect(hostsMeet(first, second)).toBe(meet)
  expect(hostsMeet(second, first)).toBe(meet)
})
