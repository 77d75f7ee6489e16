import { describe, expect, test } from 'vitest'
import { looksLikeIdToken } from '../../../../src/token/jwt/id-token.ts'

const api = 'https://api.example.com/'
const common = { iss: 'https://issuer.example', sub: 'u1', iat: 1, exp: 2 }

function guess(claims: Record<string, unknown>, accepted = [api], scope = ['scope'], clientId = 'client_id') {
  return looksLikeIdToken({ ...common, ...claims }, { claims: { scope, clientId } }, accepted)
}

describe('an access token is one', () => {
  test.each([
    ['of Keycloak before 25', { typ: 'Bearer', aud: api, azp: 'app1', nonce: 'n', scope: 'openid' }],
    ['of Cognito', { token_use: 'access', client_id: 'app1', scope: 'read' }],
    ['of Authentik', { aud: 'app1', azp: 'app1', scope: 'openid' }],
    ['whose scope is empty', { aud: 'app1', azp: 'app1', scope: '' }],
    ['whose scope is an empty list', { aud: 'app1', azp: 'app1', scope: [] }],
    ['of Auth0', { aud: [api, 'https://tenant.auth0.com/userinfo'], azp: 'app1' }],
  ])('%s', (_, claims) => {
    expect(guess(claims)).toBe(false)
  })
  test('of Entra ID, whose API is named by a client id', () => {
    expect(guess({ aud: 'guid1', azp: 'app1', scp: 'read' }, ['guid1'], ['scp'])).toBe(false)
  })
  test('for an audience that is a URN', () => {
    expect(guess({ aud: 'urn:my-api', azp: 'app1' }, ['urn:my-api'])).toBe(false)
  })
  test('of Zitadel, for a project', () => {
    const claims = { aud: ['app1', 'project1'], client_id: 'app1', jti: 'j1' }
    expect(guess(claims, ['project1'])).toBe(false)
  })
  test('by a nested scope claim', () => {
    expect(guess({ aud: 'app1', realm: { roles: [] } }, ['app1'], ['realm.roles'])).toBe(false)
  })
})

describe('an ID token is refused', () => {
  test.each([
    ['of Logto', { aud: 'app1' }, ['app1']],
    ['of Keycloak', { typ: 'ID', aud: 'app1', azp: 'app1', scope: 'openid' }, ['app1']],
    ['of Cognito', { token_use: 'id', aud: 'app1' }, ['app1']],
    ['that says two things of itself', { typ: 'Bearer', token_use: 'id', aud: api }, [api]],
    ['that says something unknown', { typ: null, aud: api, scope: 'read' }, [api]],
    ['with a nonce', { nonce: 'n', aud: api, scope: 'read' }, [api]],
    ['with at_hash', { at_hash: 'h', aud: api }, [api]],
    ['with c_hash', { c_hash: 'h', aud: api }, [api]],
    ['with s_hash', { s_hash: 'h', aud: api }, [api]],
    ['whose client is a URL', { aud: api, azp: api }, [api]],
    ['whose client is a URL under another name', { aud: api, my_client: api }, [api]],
    ['for an API that has no URI', { aud: 'my-api', azp: 'app1', jti: 'j' }, ['my-api']],
    ['of Zitadel', { aud: ['app1', 'project1'], azp: 'app1' }, ['project1']],
    ['for its client alone', { aud: ['app1'], azp: 'app1', jti: 'j' }, ['app1']],
    ['for a client of another platform', { aud: 'web', azp: 'android', jti: 'j' }, ['web']],
    ['whose scope is no scope', { aud: 'app1', scope: { read: true } }, ['app1']],
    ['whose scope is null', { aud: 'app1', scope: null }, ['app1']],
    ['for several URIs, of which the accepted one is none', { aud: ['app1', api] }, ['app1']],
  ])('%s', (_, claims, accepted) => {
    expect(guess(claims, accepted, ['scope'], 'my_client')).toBe(true)
  })
})
