import { describe, expect, test } from 'vitest'
import { isBelow, parsePattern } from '../../../src/route/pattern.ts'

describe('a pattern', () => {
  test('keeps its text and is cut into segments', () => {
    expect(parsePattern('/users/{id}/*/größe/**')).toEqual({
      text: '/users/{id}/*/größe/**',
      segments: [
        { kind: 'literal', text: 'users' },
        { kind: 'param', name: 'id' },
        { kind: 'any' },
        { kind: 'literal', text: 'gr%C3%B6%C3%9Fe' },
        { kind: 'rest' },
      ],
    })
  })

  test('of the root has no segments', () => {
    expect(parsePattern('/')).toEqual({ text: '/', segments: [] })
  })

  test.each([
    ['users', 'a path starts with /: write /users'],
    ['/a?b', 'a path has no query and no fragment: they are never matched'],
    ['/a#b', 'a path has no query and no fragment: they are never matched'],
    ['/a/', 'leave the trailing slash away: it does not count in matching'],
    ['/a//b', 'a path has no empty segments: take one slash out'],
    ['/a/**/b', '** stands at the end of a path only: use * for one segment'],
    ['/a/**/**', '** stands at the end of a path only: use * for one segment'],
    ['/{id}/b/{id}', '{id} stands twice in this path: give one of them another name'],
    ['/a/x*', 'a wildcard stands for a whole segment: use {name}, * or ** between slashes'],
    ['/a/{1}', 'a wildcard stands for a whole segment: use {name}, * or ** between slashes'],
    ['/a%20b', 'write paths in plain characters: they are percent-encoded here'],
    ['/a/..', 'no request can have this path: The path holds a . or .. segment'],
    [
      '/a;b',
      'only irregular requests could have this path: ' +
        'write {name} for this segment, and list in allow what it may hold',
    ],
  ])('%s is refused: %s', (text, message) => {
    expect(parsePattern(text)).toBe(message)
  })
})

test.each([
  ['/v1', '/v1', true],
  ['/v1/', '/v1', true],
  ['/v1/a', '/v1', true],
  ['/v10', '/v1', false],
  ['/v', '/v1', false],
  ['/anything', '', true],
])('%s is below %j: %s', (path, prefix, below) => {
  expect(isBelow(path, prefix)).toBe(below)
})
