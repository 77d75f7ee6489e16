import { describe, expect, test } from 'vitest'
import { fileWith, problemsOf } from '../../../support/config.ts'

describe('a warning', () => {
  test.each([
    ['http://api.test', true],
    ['https://api.test', false],
    ['http://localhost:8080', false],
    ['http://127.0.0.9', false],
    ['http://[::1]:8080', false],
    ['http://127.0.0.1.example.com', true],
  ])('for the publicUrl %s: %s', (url, warned) => {
    const problems = problemsOf(fileWith({ top: `publicUrl: ${url}` }))
    expect(problems.some((problem) => problem.includes('over plain http'))).toBe(warned)
  })

  test('for an issuer whose keys come over plain http', () => {
    const text = 'issuers: { a: { url: http://i.test }, b: { logto: http://l.test } }\napis: {}\n'
    expect(problemsOf(text)).toEqual([
      'issuers.a.url: warning: the keys of this issuer come over plain http: use https',
      'issuers.b.logto: warning: the keys of this issuer come over plain http: use https',
    ])
  })

  test.each([
    ['todo', 'not an absolute URI'],
    ['https://a.test/#x', 'not an absolute URI'],
    ['https://a.test', 'differs from publicUrl by its trailing slash'],
  ])('for the resource %s', (resource, words) => {
    const text = fileWith({ top: 'publicUrl: https://a.test/' }).replace(
      'resource: https://a.test/',
      `resource: "${resource}"`,
    )
    expect(problemsOf(text)).toEqual([expect.stringContaining(`apis.a.resource: warning: ${words}`)])
  })

  const origin = 'MCP clients do not agree on whether such an origin ends with a slash'
  const elsewhere = 'differs from what people will type'
  test.each([
    ['https://a.test', 'https://a.test', '', origin],
    ['https://a.test/', 'https://a.test/', '', origin],
    ['https://a.test', 'https://a.test/todo', '', undefined],
    ['https://a.test', 'https://a.test/todo', 'path: /todo', undefined],
    ['https://a.test', 'https://a.test/todo/', 'path: /todo', undefined],
    ['https://a.test', 'https://a.test/todo/mcp', 'path: /todo', undefined],
    ['https://a.test', 'https://a.test/todo', 'path: /todo/v1', undefined],
    ['https://a.test', 'https://a.test/todo', 'path: /v1', elsewhere],
    ['https://a.test', 'https://a.test/todos', 'path: /todo', elsewhere],
    ['https://a.test/base', 'https://a.test/base/todo', 'path: /todo', undefined],
    ['https://a.test/base', 'https://a.test/todo', '', elsewhere],
    ['https://a.test', 'https://a.test', 'metadata: false', undefined],
    ['https://b.test', 'https://a.test/', '', undefined],
  ])('at %s for the resource %s (%s): %s', (publicUrl, resource, api, words) => {
    const routes = '{ /todo/v1/x: read, /v1/x: read, /todo/x: read }'
    const prefix = /path: (\S+)/.exec(api)?.[1] ?? ''
    const text = fileWith({
      top: `publicUrl: ${publicUrl}`,
      api,
      routes: prefix === '' ? routes : `{ ${prefix}/x: read }`,
    }).replace('resource: https://a.test/', `resource: "${resource}"`)
    const expected =
      words === undefined ? [] : [expect.stringContaining(`apis.a.resource: warning: ${words}`)]
    expect(problemsOf(text)).toEqual(expected)
  })
})
