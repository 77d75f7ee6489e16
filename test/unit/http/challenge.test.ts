import { expect, it } from 'vitest'
import { challenge } from '../../../src/http/challenge.ts'

it('without credentials names the realm only', () => {
  expect(challenge({ realm: 'todo' })).toBe('Bearer realm="todo"')
})

it('names error, description and scope, each once', () => {
  expect(
    challenge({
      realm: 'todo',
      error: 'insufficient_scope',
      errorDescription: 'It lacks a scope',
      scope: 'read write',
    }),
  ).toBe(
    'Bearer realm="todo", error="insufficient_scope", error_description="It lacks a scope", scope="read write"',
  )
})

it('quotes the realm', () => {
  expect(challenge({ realm: 'a"b\\c' })).toBe('Bearer realm="a\\"b\\\\c"')
})

it.each(['a\nb', 'a\r', 'ü', '\0'])('refuses a realm with %j', (realm) => {
  expect(() => challenge({ realm })).toThrow(
    new RangeError('A character in realm cannot stand in a challenge'),
  )
})

it.each(['say "no"', 'a\\b', 'a\nb', 'ü', '\x7f'])('refuses the description %j', (errorDescription) => {
  expect(() => challenge({ realm: 'r', errorDescription })).toThrow(/error_description/)
})

it.each(['', ' read', 'read  write', 'read ', 'a"b', 'a\\b', 'ü', 'a\tb'])(
  'refuses the scope %j',
  (scope) => {
    expect(() => challenge({ realm: 'r', scope })).toThrow(/scope/)
  },
)
