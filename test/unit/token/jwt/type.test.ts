import { expect, test } from 'vitest'
import { tokenTypeOf } from '../../../../src/token/jwt/type.ts'

test.each([
  ['at+jwt', 'at+jwt'],
  ['application/at+jwt', 'at+jwt'],
  ['Application/AT+JWT', 'at+jwt'],
  ['JWT', 'jwt'],
  [undefined, 'none'],
  ['none', 'unknown'],
  ['application/none', 'unknown'],
  [null, 'unknown'],
  [['at+jwt'], 'unknown'],
  ['', ''],
  ['text/at+jwt', 'text/at+jwt'],
])('typ %j is %s', (typ, type) => {
  expect(tokenTypeOf({ typ })).toBe(type)
})
