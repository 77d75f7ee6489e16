import { describe, expect, test } from 'vitest'
import { instantOf, printCutOff } from '../../../src/token/withdrawal.ts'

const clocks = { nowMs: 1_000_000_900, toleranceMs: 5000 }
const at = (instantMs?: number) => instantOf({ kind: 'sub', id: 'a', instantMs }, clocks)

describe('the instant of a cut-off', () => {
  test('is the second of the time that the issuer told', () => {
    expect(at(999_999_999)).toBe(999_999)
    expect(at(1_000_000_000)).toBe(1_000_000)
  })

  test('is the own time plus the tolerance where only the own clock tells it', () => {
    expect(at()).toBe(1_000_005)
  })

  test('is never further ahead than that', () => {
    expect(at(Number.MAX_SAFE_INTEGER)).toBe(1_000_005)
    expect(at(Number.POSITIVE_INFINITY)).toBe(1_000_005)
    expect(at(1_000_005_900)).toBe(1_000_005)
    expect(at(1_000_004_999)).toBe(1_000_004)
  })
})

test.each([
  ['sub', 'alice', { sub: 'alice' }],
  ['client', 'app', { client: 'app' }],
  ['organization', 'org', { organization: 'org' }],
  ['all', '', { all: true }],
] as const)('a cut-off of %s is printed', (kind, id, who) => {
  expect(printCutOff({ issuer: 'https://i', kind, id, instantS: 1_769_860_800 })).toEqual({
    issuer: 'https://i',
    ...who,
    before: '2026-01-31T12:00:00.000Z',
  })
})
