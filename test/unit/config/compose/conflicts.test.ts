import { describe, expect, test } from 'vitest'
import { fileWith, problemsOf } from '../../../support/config.ts'

describe('a conflict of routes', () => {
  test.each([
    ['{ "/a/{x}": read, /a/*: read }', '/a/*: covers the same paths as /a/{x}: keep one of them'],
    ['{ /a: read, /A: write }', '/A: looks the same as /a to an upstream that ignores case'],
    ['{ "/{x}": read, "/{x}.json": write }', '/{x}.json: looks the same as /{x} to an upstream'],
    ['{ "/a/{x}": read, /a/b: read write }', '/a/{x}: warning: requires less than /a/b beside it'],
  ])('in %s is told at the second path', (routes, words) => {
    expect(problemsOf(fileWith({ routes }))).toEqual([expect.stringContaining(`apis.a.routes.${words}`)])
  })

  test('is not told of a path that is wrong already', () => {
    expect(problemsOf(fileWith({ routes: '{ /a: read, /A: [write] }' }))).toEqual([
      expect.stringContaining('a list does not say'),
    ])
  })

  test('of two APIs is told at the second', () => {
    const api = 'resource: https://a/, upstream: http://a, routes: {}'
    expect(problemsOf(`apis: { a: { ${api} }, b: { ${api} } }`)).toEqual([
      'apis.b: has the same host and path as the API a: give one of them other hosts or another path',
    ])
  })
})
