import { expect, test } from 'vitest'
import { parseConfig } from '../../../src/config/load.ts'
import { routesOf, summaryOf } from '../../../src/config/summary.ts'

function configOf(routes: string, more = '') {
  const api = `{ resource: https://a/, upstream: http://b, routes: ${routes} }`
  const text = `issuer: { logto: https://tenant.logto.app }\napis: { a: ${api} }\n${more}`
  const { config } = parseConfig(text, { fileName: 'gateway.yaml', env: {} })
  if (config === undefined) throw new Error('not valid')
  return config
}

test.each([
  ['{}', '0 routes: every request is refused'],
  ['{ /a: public }', '1 route: 1 public'],
  ['{ /a: { where: { sub: x } }, /b: optional }', '2 routes: 1 optional, 1 authenticated'],
  ['{ /a: read, /b: { GET: read, any: write read } }', '3 routes: 3 by scope; scopes: read write'],
  ['{ /a: { anyOf: [x y, z] } }', '1 route: 1 by scope; scopes: x y z'],
])('%s is %s', (routes, line) => {
  expect(summaryOf(configOf(routes))).toBe(line)
})

test('the paths that the gateway answers itself are named', () => {
  const more = 'revocation: { webhook: { path: /.scopegate/logto, signingKey: 0123456789abcdef } }'
  expect(summaryOf(configOf('{ /a: public }', more))).toBe(
    '1 route: 1 public; answered here: POST /.scopegate/logto',
  )
  expect(summaryOf(configOf('{}', more))).toBe(
    '0 routes: every other request is refused; answered here: POST /.scopegate/logto',
  )
})

test('methods that are written together are one route', () => {
  expect(routesOf(configOf('{ /a: { "PUT, PATCH": x, GET: y } }'))).toHaveLength(2)
})

test('of very many scopes the first are named and the others counted', () => {
  const many = Array.from({ length: 60 }, (_, i) => `/r${i}: s${i}`).join(', ')
  expect(summaryOf(configOf(`{ ${many} }`))).toMatch(/; scopes: s0 s1 .* s49 and 10 more$/)
})
