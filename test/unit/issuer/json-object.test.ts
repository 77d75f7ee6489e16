import { expect, test } from 'vitest'
import { isJsonObject } from '../../../src/issuer/json-object.ts'

test.each([[{}], [{ a: 1 }], [Object.create(null)]])('%j is a JSON object', (value) => {
  expect(isJsonObject(value)).toBe(true)
})

test.each([[null], [undefined], [[]], ['{}'], [1], [true]])('%j is none', (value) => {
  expect(isJsonObject(value)).toBe(false)
})
