import { describe, expect, test } from 'vitest'
import { createOpaqueStage, introspection } from '../support/opaque.ts'

describe('an opaque token with tokens.opaque: introspect', () => {
  const introspect = { tokens: 'opaque: introspect' }

  test('authenticates, and names its client', async () => {
    const stage = await createOpaqueStage(introspect)
    expect((await stage.call('/me', { token: await stage.opaque() })).status).toBe(200)
    expect(stage.upstreamHeader('X-User-Id')).toBe('7q6j4duell21')
    expect(stage.upstreamHeader('X-Client-Id')).toBe('chatgpt')
    expect(stage.upstreamHeader('X-User-Scopes')).toBeUndefined()
  })

  test('holds no scopes: a route with some is 403, and the log says what would help', async () => {
    const stage = await createOpaqueStage({ ...introspect, routes: '{ /o: openid, /todos: read }' })
    const opaque = await stage.opaque()
    for (const path of ['/todos', '/o']) {
      const answer = await stage.call(path, { token: opaque })
      expect([answer.status, answer.problem.code]).toEqual([403, 'insufficient_scope'])
    }
    expect(stage.gateway.logText()).toMatch(/"detail":"[^"]*tokens\.opaque: exchange"/)
  })

  test('of a client that is not listed is 403', async () => {
    const stage = await createOpaqueStage({ ...introspect, api: 'clients: [another]' })
    const answer = await stage.call('/me', { token: await stage.opaque() })
    expect([answer.status, answer.problem.code]).toEqual([403, 'condition_failed'])
  })

  test('costs one question, however many ask', async () => {
    const stage = await createOpaqueStage(introspect)
    const opaque = await stage.opaque()
    await Promise.all(Array.from({ length: 20 }, () => stage.call('/me', { token: opaque })))
    await stage.call('/me', { token: opaque })
    expect(stage.calls[introspection]).toBe(1)
    expect(stage.gateway.logText()).toMatch(/"tokenKind":"opaque","cache":"hit"/)
  })

  test('that is revoked is 401', async () => {
    const stage = await createOpaqueStage(introspect)
    const answer = await stage.call('/me', { token: 'x'.repeat(43) })
    expect(answer.status).toBe(401)
    expect(answer.headers['www-authenticate']).toMatch(/error="invalid_token"/)
  })

  test.each([
    ['another sub type', { sub: 7 }, 401],
    ['another iss', { iss: 'https://evil.example/oidc' }, 503],
    ['no iss', { iss: undefined }, 503],
    ['no exp', { exp: undefined }, 503],
    ['an exp that is a text', { exp: '1' }, 503],
    ['an exp that is over', { exp: 1 }, 401],
    ['no sub', { sub: undefined }, 503],
    ['a binding to a key', { cnf: { jkt: 'x' } }, 401],
    ['another token_type', { token_type: 'DPoP' }, 401],
    ['an active that is a text', { active: 'true' }, 503],
  ])('whose introspection has %s is %i', async (_, members, status) => {
    const stage = await createOpaqueStage(introspect)
    const now = Math.floor(Date.now() / 1000)
    const sound = {
      active: true,
      sub: 'u1',
      client_id: 'chatgpt',
      iss: stage.logto.issuer,
      token_type: 'Bearer',
    }
    const body = JSON.stringify({ ...sound, iat: now, exp: now + 600, ...members })
    Object.assign(stage.logto.faults, { path: introspection, body })
    expect((await stage.call('/me', { token: await stage.opaque() })).status).toBe(status)
  })
})

describe('an opaque token with tokens.opaque: userinfo', () => {
  const userinfo = {
    tokens: 'opaque: userinfo',
    api: 'identity: { headers: { X-User-Id: sub, X-User-Email: email } }',
  }

  test('authenticates, and what the issuer says of its user is a claim', async () => {
    const stage = await createOpaqueStage(userinfo)
    expect((await stage.call('/me', { token: await stage.opaque() })).status).toBe(200)
    expect(stage.upstreamHeader('X-User-Id')).toBe('7q6j4duell21')
    expect(stage.upstreamHeader('X-User-Email')).toBe('alice@example.com')
    expect((await stage.call('/todos', { token: await stage.opaque() })).status).toBe(403)
  })

  test('without openid is 401, and that is said', async () => {
    const stage = await createOpaqueStage(userinfo)
    stage.logto.setDefaultApi(false)
    const answer = await stage.call('/me', { token: await stage.opaque('profile') })
    expect(answer.status).toBe(401)
    expect(answer.problem.detail).toMatch(/lacks the scope openid/)
  })

  test('that is unknown is 401', async () => {
    const stage = await createOpaqueStage(userinfo)
    expect((await stage.call('/me', { token: 'x'.repeat(43) })).status).toBe(401)
    await stage.call('/me', { token: 'x'.repeat(43) })
    expect(stage.calls['/oidc/me']).toBe(1)
  })
})
