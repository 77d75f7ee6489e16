import { expect, test } from 'vitest'
import type { Requirement } from '../../../src/route/requirement.ts'
import { requirementText } from '../../../src/route/requirement-text.ts'

const rows: readonly (readonly [Requirement, string])[] = [
  [{ kind: 'public' }, 'public'],
  [{ kind: 'optional', where: [] }, 'optional'],
  [{ kind: 'authenticated', where: [] }, 'authenticated'],
  [{ kind: 'scopes', anyOf: [['read', 'write']], where: [] }, 'scope read write'],
  [{ kind: 'scopes', anyOf: [['admin'], ['read', 'audit']], where: [] }, 'scope admin or scope read audit'],
  [
    {
      kind: 'authenticated',
      where: [
        { claim: 'plan', expected: { values: ['pro', 2, true] } },
        { claim: 'sub', expected: { param: 'id', segment: 1 } },
      ],
    },
    'authenticated and plan = pro | 2 | true and sub = {id}',
  ],
  [{ kind: 'authenticated', where: [], holder: 'machine' }, 'authenticated and kind = machine'],
]

test.each(rows)('%j reads: %s', (requirement, text) => {
  expect(requirementText(requirement)).toBe(text)
})
