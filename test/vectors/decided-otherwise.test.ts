import { expect, test } from 'vitest'
import { httpVectors } from './attack-http/vector.ts'
import { decidedOtherwise, isNamedBy } from './decided-otherwise.ts'

const names = httpVectors.map(({ id }) => id)
const listed = decidedOtherwise.flatMap(({ vectors }) => vectors)

test('every entry of the list still stands for a vector', () => {
  expect(listed.filter((vector) => !names.some(isNamedBy(vector)))).toEqual([])
})

test('no vector is listed twice', () => {
  const twice = names.filter((name) => listed.filter((vector) => isNamedBy(vector)(name)).length > 1)
  expect(twice).toEqual([])
})
