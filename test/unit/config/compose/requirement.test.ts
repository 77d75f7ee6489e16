import { describe, expect, test } from 'vitest'
import { compileRequirement, longForm } from '../../../../src/config/compose/requirement.ts'
import type { IssueList } from '../../../../src/config/issue-list.ts'
import { parsePattern } from '../../../../src/route/pattern.ts'

describe('the long form', () => {
  test.each([
    ['public', { public: true }],
    ['  optional ', { optional: true }],
    ['authenticated', { authenticated: true }],
    ['read write', { scopes: 'read write' }],
    [{ anyOf: ['read'] }, { anyOf: ['read'] }],
  ])('of %j is %j', (value, form) => {
    expect(longForm(value)).toEqual(form)
  })

  test.each([
    [['read', 'write'], 'a list does not say whether all or one is needed'],
    [{}, 'an empty map is never a requirement'],
    [null, 'expected a requirement'],
    [7, 'expected a requirement'],
    ['Public', 'write public in small letters'],
    ['public read', 'public cannot stand beside scopes'],
  ])('of %j does not exist: %s', (value, problem) => {
    expect(longForm(value)).toContain(problem)
  })
})

describe('a compiled requirement', () => {
  function compile(where: Record<string, string | string[]>, path: string) {
    const problems: string[] = []
    const pattern = parsePattern(path)
    if (typeof pattern === 'string') throw new Error(pattern)
    const issues = { error: (_: unknown, message: string) => void problems.push(message) }
    const input = { where, authenticated: true as const, websocket: false, allow: 0 }
    const requirement = compileRequirement(input, [], pattern, issues as IssueList)
    return { where: 'where' in requirement ? requirement.where : [], problems }
  }

  test('knows where its parameter is, and the literals around it', () => {
    expect(compile({ sub: '{id}' }, '/users/{id}').where).toEqual([
      { claim: 'sub', expected: { param: 'id', segment: 1 } },
    ])
    expect(compile({ sub: '{id}' }, '/users/u-{id}.json').where).toEqual([
      { claim: 'sub', expected: { param: 'id', segment: 1, affix: { prefix: 2, suffix: 5 } } },
    ])
  })

  test('has one value, or one of several', () => {
    expect(compile({ role: 'admin', team: ['a', 'b'] }, '/x').where).toEqual([
      { claim: 'role', expected: { values: ['admin'] } },
      { claim: 'team', expected: { values: ['a', 'b'] } },
    ])
  })

  test.each([
    [{ sub: '{id}' }, '/x', 'the path has no parameter: write one into it, such as /users/{id}'],
    [{ sub: '{id}' }, '/{name}', 'the path has no parameter of this name, only {name}'],
    [{ sub: ['{id}'] }, '/{id}', 'a path parameter cannot stand in a list: write it alone'],
    [{ sub: 'user-{id}' }, '/{id}', '{id} must be the whole value: a part of a claim cannot be compared'],
  ])('refuses %j for %s', (where, path, problem) => {
    expect(compile(where, path).problems).toEqual([problem])
  })
})
