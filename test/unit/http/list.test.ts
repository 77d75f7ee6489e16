import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitList } from '../../../src/http/list.ts'

test.each([
  ['', []],
  [' , ,', []],
  ['a', ['a']],
  ['a, b ,c', ['a', 'b', 'c']],
  ['private="a, public", max-age=1', ['private="a, public"', 'max-age=1']],
  ['a="x\\", y", b', ['a="x\\", y"', 'b']],
  ['a="never closed, b', ['a="never closed', 'b']],
  ['a="x", b="never, c', ['a="x"', 'b="never', 'c']],
  ['"', ['"']],
  ['a="\\', ['a="\\']],
])('%j has the members %j', (value, members) => {
  expect(splitList(value)).toEqual(members)
})

test('members that hold no comma outside of quotes come back as they were joined', () => {
  const member = fc
    .tuple(fc.stringMatching(/^[a-z=-]{1,8}$/), fc.string({ unit: fc.constantFrom(...'ab, ') }))
    .map(([name, text]) => `${name}"${text}"`)
  fc.assert(
    fc.property(fc.array(member), fc.constantFrom(',', ', ', ' ,\t'), (members, separator) => {
      expect(splitList(members.join(separator))).toEqual(members)
    }),
  )
})

test('a value of nothing but quotes is split in linear time', () => {
  const startedMs = performance.now()
  for (const piece of ['"', '"a', '\\"', '"\\', '",', '","']) splitList(piece.repeat(100_000))
  expect(performance.now() - startedMs).toBeLessThan(1000)
})
