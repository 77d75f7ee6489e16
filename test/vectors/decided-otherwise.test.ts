import { expect, test } from 'vitest'
import { httpVectors } from './attack-http/vector.ts'
import { jwtVectors } from './attack-jwt/vector.ts'
import { decidedOtherwise, isNamedBy } from './decided-otherwise.ts'
import { routingCases } from './routing/sources.ts'
import { traefikInvalid } from './routing/traefik.ts'

const names = [
  ...httpVectors.map(({ id }) => id),
  ...jwtVectors.map(({ id }) => id),
  ...routingCases.map(({ id }) => id),
  ...new Set(routingCases.map(({ group }) => group)),
  ...traefikInvalid,
]
const listed = decidedOtherwise.flatMap(({ vectors }) => vectors)

test('every entry of the list still stands for a vector', () => {
  expect(listed.filter((vector) => !names.some(isNamedBy(vector)))).toEqual([])
})

test('no vector is listed twice', () => {
  const twice = names.filter((name) => listed.filter((vector) => isNamedBy(vector)(name)).length > 1)
  expect(twice).toEqual([])
})
