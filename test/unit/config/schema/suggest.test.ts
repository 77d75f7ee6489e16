import { describe, expect, test } from 'vitest'
import { suggest } from '../../../../src/config/schema/suggest.ts'

const known = ['scopes', 'anyOf', 'where', 'websocket', 'timeouts']

describe('a suggestion', () => {
  test.each([
    ['scope', 'scopes'],
    ['Scopes', 'scopes'],
    ['scoeps', 'scopes'],
    ['any_of', 'anyOf'],
    ['webSockets', 'websocket'],
    ['timeuot', 'timeouts'],
  ])('for %s is %s', (word, expected) => {
    expect(suggest(word, known)).toBe(expected)
  })

  test.each(['leeway', 'x', 'permissions', ''])('for %j is none', (word) => {
    expect(suggest(word, known)).toBeUndefined()
  })

  test('is none where nothing is known', () => {
    expect(suggest('scope', [])).toBeUndefined()
  })
})
