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
})
