import { expect, test } from 'vitest'
import { membersOf, problemOf, short } from '../../../../src/commands/chatgpt/json-members.ts'

test('only a JSON object has members, a byte order mark before it or not', () => {
  expect(membersOf({ text: '\uFEFF{"a":1}' })).toEqual({ a: 1 })
  for (const text of ['[]', '', 'null', '{', '"a"', '['.repeat(1_000_000)])
    expect(membersOf({ text })).toBeUndefined()
})

test('only the gateway has problems of its own', () => {
  const exchange = { sent: { method: 'GET', url: '' }, status: 401, tookMs: 1 }
  const problem = { type: 'urn:scopegate:problem:not_found', code: 'not_found', detail: 'd' }
  const headers = { 'content-type': 'application/problem+json' }
  expect(problemOf({ ...exchange, headers, text: JSON.stringify(problem) })).toEqual({
    code: 'not_found',
    detail: 'd',
  })
  expect(problemOf({ ...exchange, headers, text: '{"type":"about:blank","code":"x"}' })).toBeUndefined()
  expect(problemOf({ ...exchange, headers: {}, text: JSON.stringify(problem) })).toBeUndefined()
})

test('a value is shown in a few words, however deep it is', () => {
  expect(short(undefined)).toBe('nothing')
  expect(short(['a'])).toBe('["a"]')
  expect(short('x'.repeat(500))).toHaveLength(203)
  let deep: unknown = 1
  for (let i = 0; i < 200_000; i++) deep = [deep]
  expect(short(deep)).toBe('a value without end')
})
