import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { requirement } from '../../../../src/config/schema/requirement.ts'

function messages(value: unknown): string[] {
  return (v.safeParse(requirement, value).issues ?? []).map(({ message }) => message)
}

describe('the long form of a requirement', () => {
  test.each([
    [{ scopes: 'read write' }],
    [{ anyOf: ['read', 'admin audit'] }],
    [{ public: true }],
    [{ where: { sub: '{id}', level: 7, staff: true, role: ['a', 'b'] } }],
    [{ authenticated: true, where: { sub: 'x' }, websocket: true }],
  ])('%j is one', (value) => {
    expect(messages(value)).toEqual([])
  })

  test.each([
    [{ scopes: 'a', public: true }, 'write scopes or public, not both: one of them decides'],
    [{ websocket: true }, 'say what is required: '],
    [{ public: true, where: { sub: 'x' } }, 'where needs a token: it cannot stand with public'],
    [{ public: false }, 'expected true; to ask for something else, write that instead'],
    [{ scopes: ' ' }, 'an empty text is never a requirement'],
    [{ anyOf: [] }, 'an empty list is never a value here'],
    [{ scopes: 'caf\u00e9' }, 'a scope holds printable ASCII'],
    [{ where: {} }, 'an empty where is no condition'],
    [{ where: { sub: { id: null } } }, '{id} without quotes is a map: write "{id}"'],
    [{ where: { level: 2 ** 53 } }, 'this number cannot be compared exactly'],
  ])('%j is none', (value, words) => {
    expect(messages(value)).toEqual([expect.stringContaining(words)])
  })
})
