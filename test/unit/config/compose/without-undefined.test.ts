import { expect, test } from 'vitest'
import { withoutUndefined } from '../../../../src/config/compose/without-undefined.ts'

test('an option that is undefined is not there at all; null, 0 and false are', () => {
  const options = withoutUndefined({ a: undefined, b: null, c: 0, d: false, e: '' })
  expect(Object.keys(options)).toEqual(['b', 'c', 'd', 'e'])
})
