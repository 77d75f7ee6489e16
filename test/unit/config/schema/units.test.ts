import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { count, lifetime, processes, size, timeout, tolerance } from '../../../../src/config/schema/units.ts'

function decode(schema: v.GenericSchema, value: unknown): unknown {
  const result = v.safeParse(schema, value)
  return result.success ? result.output : result.issues[0].message
}

describe('a unit', () => {
  test.each([
    [timeout, '250ms', 250],
    [timeout, '5s', 5000],
    [timeout, '2m', 120_000],
    [timeout, '596h', 596 * 3_600_000],
    [tolerance, '0s', 0],
    [lifetime, '720h', 720 * 3_600_000],
    [size, '512B', 512],
    [size, '16KiB', 16_384],
    [size, '10MiB', 10_485_760],
    [size, '1GiB', 1_073_741_824],
  ])('of %#: %s is %d', (schema, text, number) => {
    expect(decode(schema, text)).toBe(number)
  })

  test.each([
    [timeout, 5],
    [timeout, '5'],
    [timeout, '1.5s'],
    [timeout, '-1s'],
    [timeout, '0s'],
    [timeout, '597h'],
    [lifetime, '0s'],
    [size, 10],
    [size, '10MB'],
    [size, '0B'],
  ])('of %#: %j is refused with an example', (schema, value) => {
    expect(decode(schema, value)).toMatch(/^expected a (?:duration|size)/)
  })
})

describe('a count', () => {
  test.each([
    [7, 7],
    ['7', 7],
  ])('may be %j', (value, number) => {
    expect(decode(count(1, 10), value)).toBe(number)
  })

  test.each([0, 11, 1.5, '7x', '', true, null])('is never %j', (value) => {
    expect(decode(count(1, 10), value)).toBe('expected a whole number from 1 to 10')
  })
})

describe('workers', () => {
  test.each([
    ['auto', 'auto'],
    ['4', 4],
    [256, 256],
  ])('may be %j', (value, number) => {
    expect(decode(processes, value)).toBe(number)
  })

  test.each([0, 257, 2.5, 'many'])('are never %j', (value) => {
    expect(decode(processes, value)).toBe('expected auto or a whole number from 1 to 256')
  })
})
