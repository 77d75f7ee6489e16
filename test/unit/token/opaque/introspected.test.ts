import { describe, expect, test } from 'vitest'
import { introspected } from '../../../../src/token/opaque/introspected.ts'
import { issuerOptions, resource, tokenOptions } from '../../../support/verifier.ts'

const nowMs = 1_800_000_000_000
const url = 'https://issuer.example'
const rules = (isLogto: boolean) => ({
  issuer: issuerOptions(url, { isLogto }),
  audience: { values: [resource] },
  tokens: tokenOptions,
  nowMs,
})
const members = (more: object = {}) => ({
  active: true,
  sub: 'user1',
  client_id: 'app1',
  exp: nowMs / 1000 + 3600,
  iss: url,
  scope: 'openid read',
  token_type: 'Bearer',
  ...more,
})

describe('the introspection of a token of Logto', () => {
  test('tells whose it is, for which client, and until when it is believed', () => {
    expect(introspected(members(), rules(true))).toMatchObject({
      token: {
        kind: 'opaque',
        subject: 'user1',
        clientId: 'app1',
        expiresAtMs: nowMs + 3_605_000,
        believedUntilMs: nowMs + 600_000,
      },
    })
  })
  test('never yields scopes, whatever it says of this API (security)', () => {
    const asked = introspected(members({ aud: resource }), rules(true))
    expect(asked).toMatchObject({ token: { scopes: new Set() } })
    expect('token' in asked && 'scope' in asked.token.claims).toBe(false)
  })
})

describe('the introspection of a token of another issuer', () => {
  test('yields scopes when its aud holds this API', () => {
    expect(introspected(members({ aud: ['x', resource] }), rules(false))).toMatchObject({
      token: { scopes: new Set(['openid', 'read']) },
    })
  })
  test('yields none when it has no aud', () => {
    expect(introspected(members(), rules(false))).toMatchObject({ token: { scopes: new Set() } })
  })
  test('is refused when it is for another API', () => {
    expect(introspected(members({ aud: 'https://other.example/' }), rules(false))).toMatchObject({
      verified: false,
      detail: 'The issuer says that this access token is for another API (aud)',
    })
  })
  test('may lack iss and token_type', () => {
    const asked = introspected(members({ iss: undefined, token_type: undefined }), rules(false))
    expect('token' in asked).toBe(true)
  })
})
