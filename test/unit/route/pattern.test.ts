import { describe, expect, test } from 'vitest'
import { isBelow, parsePattern } from '../../../src/route/pattern.ts'

const partialStar =
  '* and ** stand for whole segments: where a part of a segment varies write {name}, such as /{name}.pdf'
const parameterName =
  'the name of a parameter has letters, digits, - and _, and starts with a letter: write {name}'
const twoParameters =
  'two parameters in one segment cannot be told apart: write one {name} for all of the segment'

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

  test.each([
    ['/{id}.json', { name: 'id', prefix: '', suffix: '.json' }],
    ['/{name}:cancel', { name: 'name', prefix: '', suffix: ':cancel' }],
    ['/v{version}', { name: 'version', prefix: 'v', suffix: '' }],
    ['/größe-{id}-é', { name: 'id', prefix: 'gr%C3%B6%C3%9Fe-', suffix: '-%C3%A9' }],
    ['/.{name}', { name: 'name', prefix: '.', suffix: '' }],
    ['/..{name}.', { name: 'name', prefix: '..', suffix: '.' }],
  ])('may have literals around the parameter of a segment: %s', (text, segment) => {
    expect(parsePattern(text)).toEqual({ text, segments: [{ kind: 'affixed', ...segment }] })
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
    ['/{id}/b/x{id}', '{id} stands twice in this path: give one of them another name'],
    ['/a/x*', partialStar],
    ['/a/*.pdf', partialStar],
    ['/a**', partialStar],
    ['/a/{1}', parameterName],
    ['/a/{}', parameterName],
    ['/a/{user.id}', parameterName],
    ['/a/{x}-{y}', twoParameters],
    ['/a/{x', 'a brace is not closed: a parameter is written {name}'],
    ['/a/x}', 'a brace is not closed: a parameter is written {name}'],
    ['/a/{id}%20', 'write paths in plain characters: they are percent-encoded here'],
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
