import { expect, it } from 'vitest'
import { parseConfig } from '../../../../src/config/load.ts'
import { ownData, tokenLifetimeSeconds } from '../../../../src/dev/demo/own-data.ts'
import { permissionsOf } from '../../../../src/dev/logto/permissions.ts'

function load(more = '') {
  const { config } = parseConfig(
    `issuer: { logto: http://localhost:3001 }
${more}
apis:
  shop: { path: /shop, resource: https://shop.test/, upstream: http://localhost:1, routes: { /shop/a: buy look } }
  blog: { path: /blog, resource: https://blog.test/, upstream: http://localhost:2, routes: { /blog/a: post } }`,
    { fileName: 'gateway.yaml', env: {} },
  )
  if (config === undefined) throw new Error('the configuration is at fault')
  return config
}

it('has an API resource for each resource, with the scopes of its routes', () => {
  const { resources, defaultApi } = ownData(load())
  expect(resources).toEqual([
    { indicator: 'https://shop.test/', permissions: ['buy', 'look'], accessTokenTtl: 3600 },
    { indicator: 'https://blog.test/', permissions: ['post'], accessTokenTtl: 3600 },
  ])
  expect(defaultApi).toBe('https://shop.test/')
})

it('gives alice every scope and bob the first one', () => {
  const data = ownData(load())
  const held = data.users.map(({ roles }) => permissionsOf(data, roles, 'https://shop.test/'))
  expect(held).toEqual([['buy', 'look'], ['buy']])
})

it('has tokens that last no longer than the configuration takes', () => {
  expect(tokenLifetimeSeconds(load('tokens: { maxLifetime: 10m }'))).toBe(600)
})
