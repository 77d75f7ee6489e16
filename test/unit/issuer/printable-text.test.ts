import { expect, test } from 'vitest'
import { printableText } from '../../../src/issuer/printable-text.ts'

test.each([
  ['https://issuer.example/oidc', 'https://issuer.example/oidc'],
  ['a"b\\c d\r\nX: y\u00e4', 'a?b?c?d??X:?y?'],
  ['i'.repeat(200), 'i'.repeat(200)],
  ['i'.repeat(201), `${'i'.repeat(200)}...`],
  ['', ''],
  [undefined, 'none'],
  [null, 'a value that is no text'],
  [['x'], 'a value that is no text'],
])('%j is printed as %s', (value, printed) => {
  expect(printableText(value)).toBe(printed)
})
