import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseStrictJson } from '../../../../src/token/jwt/strict-json.ts'

const parse = (text: string) => parseStrictJson(Buffer.from(text))

test.each([
  ['{"a":1,"a":2}'],
  ['{"alg":1,"\\u0061lg":2}'],
  ['{"a":{"b":1,"b":1}}'],
  ['{"a":[{"b":1 , "b" \n: 1}]}'],
  ['{"":1,"":2}'],
  ['[]'],
  ['null'],
  ['"text"'],
  [''],
  ['{"a":1}x'],
  ['{"a"'],
  [`${'{"a":'.repeat(33)}1${'}'.repeat(33)}`],
  [`{"a":${'['.repeat(20_000)}`],
])('%.60s is refused', (text) => {
  expect(parse(text)).toBeUndefined()
})

test.each(['ff', '7b226122 3a22c3227d', 'efbbbf7b7d', '7b2261223a22eda0802 27d'])(
  'the bytes %s are refused',
  (hex) => {
    expect(parseStrictJson(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toBeUndefined()
  },
)

test.each([
  ['{"a":"a","b":{"a":1},"c":[{"a":1},{"a":2}]}'],
  ['{"a":"{\\"a\\":1,\\"a\\":2}"}'],
  ['{"a":["b","b"],"b":"b:"}'],
  [`${'{"a":'.repeat(31)}1${'}'.repeat(31)}`],
])('%.60s is read as it is', (text) => {
  expect(JSON.stringify(parse(text))).toBe(text)
})

test('__proto__ is a member like any other, at any depth', () => {
  const value = parse('{"__proto__":{"admin":true},"a":[{"__proto__":1}]}')
  expect(value?.['admin']).toBeUndefined()
  expect(JSON.stringify(value)).toBe('{"__proto__":{"admin":true},"a":[{"__proto__":1}]}')
})

test('every object without duplicates is read, and none with one', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), fc.string(), (object, name) => {
      const text = JSON.stringify(object)
      expect(JSON.stringify(parse(text))).toBe(text)
      const twice = `{${JSON.stringify(name)}:1,"x":${text},${JSON.stringify(name)}:2}`
      expect(parse(twice)).toBeUndefined()
    }),
  )
})
