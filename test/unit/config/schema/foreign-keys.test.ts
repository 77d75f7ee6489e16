import { describe, expect, test } from 'vitest'
import { foreignKey } from '../../../../src/config/schema/foreign-keys.ts'

describe('a key of another program', () => {
  test.each([
    ['clientId', 'it is no client itself'],
    ['client-secret', 'it is no client itself'],
    ['CLIENT_ID', 'it is no client itself'],
    ['cookie_secret', 'signs nobody in'],
    ['redirect_url', 'signs nobody in'],
    ['oidc_issuer_url', 'write issuer: {'],
    ['email_domains', 'stands under routes'],
    ['skip_auth_routes', 'stands under routes'],
    ['proxy_pass', 'is written upstream'],
    ['audience', 'is written resource'],
    ['port', 'is written listen'],
  ])('%s is answered with what it is here: %s', (name, words) => {
    expect(foreignKey(name)).toContain(words)
  })

  test('that comes with a later feature says so', () => {
    expect(foreignKey('mcp')).toBe('this version does not have what this key is for: take it out')
  })

  test.each(['leeway', 'constructor', 'toString', ''])(
    'of which nothing is known, such as %j, is no such key',
    (name) => {
      expect(foreignKey(name)).toBeUndefined()
    },
  )
})
