import { describe, expect, test } from 'vitest'
import { isStricter, type Requirement, requirementKey } from '../../../src/route/requirement.ts'

const open: Requirement = { kind: 'public' }
const optional: Requirement = { kind: 'optional', where: [] }
const authenticated: Requirement = { kind: 'authenticated', where: [] }
const scopes = (...anyOf: readonly string[]): Requirement => ({
  kind: 'scopes',
  anyOf: anyOf.map((set) => set.split(' ')),
  where: [],
})
const where = (
  claim: string,
  expected: string | number | { param: string; segment: number },
): Requirement => ({
  kind: 'authenticated',
  where: [{ claim, expected: typeof expected === 'object' ? expected : { values: [expected] } }],
})

describe('two requirements have one key', () => {
  test.each([
    ['whatever the order of scopes', scopes('read write'), scopes('write read')],
    ['whatever the order of the sets', scopes('a', 'b'), scopes('b', 'a')],
    ['when a scope is written twice', scopes('a a'), scopes('a')],
    [
      'whatever a path parameter is called',
      where('sub', { param: 'id', segment: 1 }),
      where('sub', { param: 'user', segment: 1 }),
    ],
  ])('%s', (_, first, second) => {
    expect(requirementKey(first)).toBe(requirementKey(second))
  })
})

describe('two requirements have different keys', () => {
  test.each([
    ['by kind', authenticated, optional],
    ['by scope', scopes('a'), scopes('b')],
    ['when one asks for both and the other for either', scopes('a b'), scopes('a', 'b')],
    ['by claim', where('sub', 'x'), where('org', 'x')],
    ['by the type of the value', where('plan', 1), where('plan', '1')],
    [
      'by the place of a path parameter',
      where('sub', { param: 'id', segment: 1 }),
      where('sub', { param: 'id', segment: 2 }),
    ],
  ])('%s', (_, first, second) => {
    expect(requirementKey(first)).not.toBe(requirementKey(second))
  })
})

test.each([
  [optional, open, true],
  [authenticated, optional, true],
  [scopes('a'), authenticated, true],
  [open, scopes('a'), false],
  [scopes('a b'), scopes('a'), true],
  [scopes('a'), scopes('a', 'b'), true],
  [scopes('a'), scopes('b'), false],
  [scopes('a'), scopes('a'), false],
  [authenticated, authenticated, false],
])('%j is stricter than %j: %s', (first, second, stricter) => {
  expect(isStricter(first, second)).toBe(stricter)
})
