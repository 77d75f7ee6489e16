import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../../src/config/load.ts'
import { metadataPlace, protectedResourcesOf } from '../../../src/config/protected-resources.ts'

const start = '/.well-known/oauth-protected-resource'

describe('the place of the metadata of a resource', () => {
  test.each([
    ['https://a.test', '', ''],
    ['https://a.test/', '', ''],
    ['https://a.test/x', '/x', '/x'],
    ['https://a.test/x/', '/x/', '/x'],
    ['https://a.test/x%7ey', '/x%7ey', '/x~y'],
    ['https://a.test/a"b', '/a"b', '/a"b'],
  ])('of %s is the URL with %j, at the path with %j', (resource, written, path) => {
    expect(metadataPlace(resource, 'https://a.test/gateway')).toEqual({
      metadataUrl: `https://a.test${start}${written}`,
      path: start + path,
    })
  })

  test('has host and port as the resource has them', () => {
    expect(metadataPlace('https://A.test:443/x', 'https://a.TEST')).toMatchObject({
      metadataUrl: `https://A.test:443${start}/x`,
    })
  })

  test.each([
    ['https://a.test/', undefined, 'no publicUrl'],
    ['todo', 'https://a.test', 'no URL'],
    ['https://b.test/', 'https://a.test', 'another origin'],
    ['http://a.test/', 'https://a.test', 'another origin'],
    ['urn:a.test', 'https://a.test', 'another origin'],
    ['https://a.test/?', 'https://a.test', 'query or fragment'],
    ['https://a.test/#', 'https://a.test', 'query or fragment'],
    ['https://a.test/x/../y', 'https://a.test', 'irregular path'],
    ['https://a.test/x//y', 'https://a.test', 'irregular path'],
    ['https://a.test/x%2Fy', 'https://a.test', 'irregular path'],
    ['https://a.test/\u00fc', 'https://a.test', 'irregular path'],
    ['https://user@a.test/x', 'https://a.test', 'irregular path'],
    ['https://a.test\\x', 'https://a.test', 'irregular path'],
    ['https://a.te\tst/x', 'https://a.test', 'irregular path'],
  ])('of %j is nowhere where publicUrl is %s: %s', (resource, publicUrl, reason) => {
    expect(metadataPlace(resource, publicUrl)).toBe(reason)
  })
})

function resourcesOf(apis: string, issuer = 'issuer: { logto: https://tenant.logto.app }') {
  const text = `${issuer}\npublicUrl: https://a.test\napis: ${apis}`
  const { config, issues } = parseConfig(text, { fileName: 'gateway.yaml', env: {} })
  if (config === undefined) throw new Error(JSON.stringify(issues))
  return protectedResourcesOf(config)
}

const api = (more = '', routes = '{ /x: read }') =>
  `{ resource: https://a.test/x, upstream: http://b, routes: ${routes}${more && `, ${more}`} }`

describe('a protected resource', () => {
  test('is there once for all its APIs, wherever one of them is', () => {
    const first = api('path: /a, hosts: [a.test]', '{ /a: write }')
    const second = api('path: /b, hosts: [b.test], name: Two', '{ /b: read write }')
    expect(resourcesOf(`{ one: ${first}, two: ${second} }`)).toEqual([
      {
        resource: 'https://a.test/x',
        apis: ['one', 'two'],
        metadataUrl: `https://a.test${start}/x`,
        path: `${start}/x`,
        hosts: ['a.test', 'b.test'],
        issuers: ['https://tenant.logto.app/oidc'],
        scopes: ['write', 'read'],
        order: ['write', 'read'],
        name: 'Two',
      },
    ])
  })

  test('is on any host when one of its APIs is', () => {
    const first = api('path: /a, hosts: [a.test]', '{ /a: write }')
    expect(resourcesOf(`{ one: ${first}, two: ${api()} }`)[0]?.hosts).toEqual([])
  })

  test('names the scopes of its routes before those that only its metadata has', () => {
    const [resource] = resourcesOf(
      `{ one: ${api('metadata: { scopes: more read }', '{ /a: b, /x: read }')} }`,
    )
    expect(resource).toMatchObject({ scopes: ['more', 'read'], order: ['b', 'read', 'more'] })
  })

  test('is none without an issuer', () => {
    expect(resourcesOf(`{ one: ${api('', '{ /x: public }')} }`, '')).toEqual([])
  })
})
