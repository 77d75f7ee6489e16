import { expect, test } from 'vitest'
import { sizeText } from '../../../src/http/size-text.ts'

test.each([
  [0, '0B'],
  [1, '1B'],
  [1000, '1000B'],
  [1024, '1KiB'],
  [1536, '1536B'],
  [8192, '8KiB'],
  [10 * 1024 ** 2, '10MiB'],
  [3 * 1024 ** 3, '3GiB'],
])('%d bytes are written %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text)
})
