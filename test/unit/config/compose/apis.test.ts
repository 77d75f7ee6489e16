import { describe, expect, test } from 'vitest'
import { configOf, fileWith, problemsOf } from '../../../support/config.ts'

const two = 'issuers: { x: { url: https://x.test }, y: { url: https://y.test } }\n'
const api = (more: string) => `apis: { a: { resource: https://a/, upstream: http://a, ${more} } }\n`

describe('an API', () => {
  test('has its options as they are written', () => {
    const written =
      'hosts: [A.test], clients: [app], preserveHost: true, path: /v1, stripPath: true, distinguishes: [case]'
    expect(configOf(fileWith({ api: written })).apis[0]).toMatchObject({
      hosts: ['a.test'],
      clients: ['app'],
      preserveHost: true,
      pathPrefix: '/v1',
      stripPath: true,
      distinguishes: ['case'],
    })
  })

  test('has any host and the whole path where nothing is written', () => {
    expect(configOf(fileWith()).apis[0]).toMatchObject({
      hosts: [],
      pathPrefix: '',
      stripPath: false,
      preserveHost: false,
      distinguishes: [],
    })
  })

  test('has the only issuer there is, or the one that it names', () => {
    expect(configOf(fileWith()).apis[0]?.issuer).toBe('default')
    expect(configOf(two + api('issuer: y, routes: { /: r }')).apis[0]?.issuer).toBe('y')
  })

  test.each([
    [
      two + api('routes: { /: r }'),
      'apis.a: several issuers are configured: say which one with issuer; known: x, y',
    ],
    [two + api('issuer: z, routes: { /: r }'), 'apis.a.issuer: no issuer has this name; known: x, y'],
    [
      api('routes: { /: r }'),
      'apis.a: a route of this API needs a token, but there is no issuer: ' +
        'write issuer at the top of the file',
    ],
  ])('needs an issuer: %#', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem])
  })

  test('needs no issuer where no route needs a token', () => {
    expect(configOf(api('routes: { /: public }')).apis[0]).not.toHaveProperty('issuer')
  })

  test('lists a host once, and paths below its own', () => {
    expect(problemsOf(fileWith({ api: 'hosts: [a.test, A.test], path: /v1' }))).toEqual([
      expect.stringContaining("apis.a.routes./x: this path is outside the API's path"),
      'apis.a.hosts.1: this host is listed twice: take one out',
    ])
  })
})
