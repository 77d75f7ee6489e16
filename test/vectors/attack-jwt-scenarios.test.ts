import { describe, expect, test } from 'vitest'
import { cacheScenarios } from './attack-jwt/cache-scenarios.ts'
import { configScenarios } from './attack-jwt/config-scenarios.ts'
import { keyScenarios } from './attack-jwt/key-scenarios.ts'
import { jwtVectors } from './attack-jwt/vector.ts'
import { findDecided } from './decided-otherwise.ts'

const scenarios = { ...cacheScenarios, ...keyScenarios, ...configScenarios }
const told = jwtVectors.filter(({ construct }) => construct === undefined)

describe('attack-jwt', () => {
  for (const { id, source, expect: expected } of told) {
    const scenario = scenarios[id]
    if (scenario !== undefined) test(`${id} ${source[0]}: ${findDecided(id)?.answer ?? expected}`, scenario)
  }

  test('every scenario is played, or listed with its reason', () => {
    const left = told.filter(({ id }) => id in scenarios === isLeftOut(id))
    expect(left.map(({ id }) => id)).toEqual([])
  })

  test('every scenario is for a vector', () => {
    const ids = told.map(({ id }) => id)
    expect(Object.keys(scenarios).filter((id) => !ids.includes(id))).toEqual([])
  })
})

function isLeftOut(id: string): boolean {
  const decided = findDecided(id)
  return decided !== undefined && decided.answer === undefined
}
