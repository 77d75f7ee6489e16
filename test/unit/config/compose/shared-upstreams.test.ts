import { describe, expect, test } from 'vitest'
import { problemsOf } from '../../../support/config.ts'

function problems(a: string, b: string): string[] {
  const api = (name: string, more: string) =>
    `  ${name}: { resource: https://${name}/, upstream: http://one, hosts: [${name}.test], ${more} }\n`
  const issuers = 'issuers: { x: { url: https://x.test }, y: { url: https://y.test } }\n'
  return problemsOf(`${issuers}apis:\n${api('a', a)}${api('b', b)}`)
}

describe('one upstream behind two APIs', () => {
  const iss = 'identity: { headers: { X-Issuer: iss } }'
  const problem = expect.stringMatching(
    /^apis\.b\.upstream: the API a has the same upstream and another issuer/,
  )

  test.each([
    ['issuer: x, routes: { /: r }', 'issuer: x, routes: { /: r }', []],
    ['issuer: x, routes: { /: r }', 'issuer: y, routes: { /: r }', [problem]],
    [`issuer: x, ${iss}, routes: { /: r }`, 'issuer: y, routes: { /: r }', [problem]],
    [`issuer: x, ${iss}, routes: { /: r }`, `issuer: y, ${iss}, routes: { /: r }`, []],
    ['routes: { /: public }', 'issuer: y, routes: { /: r }', []],
  ])('%s and %s: %j', (a, b, expected) => {
    expect(problems(a, b)).toEqual(expected)
  })

  test('is pointed at where it is named first', () => {
    const route = 'issuer: y, routes: { /x: { scopes: r, upstream: http://one } }'
    expect(problems('issuer: x, routes: { /: r }', route)).toEqual([problem])
  })
})
