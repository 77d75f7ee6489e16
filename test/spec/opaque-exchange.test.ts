import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { requestToken, signIn } from '../../src/dev/demo/sign-in.ts'
import { createOpaqueStage, introspection, token } from '../support/opaque.ts'

const exchange = { tokens: 'opaque: exchange' }

describe('an opaque token with tokens.opaque: exchange', () => {
  test('holds the permissions of its user: GET is 200 with them, POST 403', async () => {
    const stage = await createOpaqueStage(exchange)
    const opaque = await stage.opaque()
    expect((await stage.call('/todos', { token: opaque })).status).toBe(200)
    expect(stage.upstreamHeader('X-User-Id')).toBe('7q6j4duell21')
    expect(stage.upstreamHeader('X-User-Scopes')).toBe('read')
    expect(stage.upstreamHeader('X-Client-Id')).toBe('chatgpt')
    const post = await stage.call('/todos', { token: opaque, method: 'POST' })
    expect(post.status).toBe(403)
    expect(post.problem.detail).toMatch(/needs the scope write; the access token holds read/)
    expect(stage.gateway.logs).toContainEqual(
      expect.objectContaining({
        tokenKind: 'exchanged',
        clientId: 'chatgpt',
        scopesHeld: 'read',
        cache: 'miss',
      }),
    )
  })

  test('is introspected and exchanged once, however many requests bring it', async () => {
    const stage = await createOpaqueStage(exchange)
    const opaque = await stage.opaque()
    const before = stage.calls[token] ?? 0
    await Promise.all(Array.from({ length: 20 }, () => stage.call('/todos', { token: opaque })))
    await stage.call('/todos', { token: opaque })
    expect(stage.calls[introspection]).toBe(1)
    expect((stage.calls[token] ?? 0) - before).toBe(1)
  })

  test('asks for every scope that a route names, and none where none is named', async () => {
    const stage = await createOpaqueStage({ ...exchange, routes: '{ /me: authenticated }' })
    expect((await stage.call('/me', { token: await stage.opaque() })).status).toBe(200)
    expect(stage.upstreamHeader('X-User-Scopes')).toBe('')
  })

  test('of a client that is not listed is 403, and is never exchanged', async () => {
    const stage = await createOpaqueStage({ ...exchange, api: 'clients: [another]' })
    const opaque = await stage.opaque()
    const before = stage.calls[token]
    for (const path of ['/me', '/todos']) {
      const answer = await stage.call(path, { token: opaque })
      expect([answer.status, answer.problem.code]).toEqual([403, 'condition_failed'])
    }
    expect(stage.calls[token]).toBe(before)
  })

  test('of a suspended user is 401, and that is remembered', async () => {
    const stage = await createOpaqueStage(exchange)
    const opaque = await stage.opaque()
    const [user] = stage.logto.data.users
    if (user) user.isSuspended = true
    for (let i = 0; i < 3; i++) {
      const answer = await stage.call('/todos', { token: opaque })
      expect(answer.status).toBe(401)
      expect(answer.problem.detail).toMatch(/not active.*suspended/)
    }
    expect(stage.calls[introspection]).toBe(1)
  })

  test('that is a refresh token is 401', async () => {
    const stage = await createOpaqueStage(exchange)
    for (const application of stage.logto.data.applications) application.alwaysIssueRefreshToken = true
    const tokens = await signIn(stage.logto, {
      username: 'alice',
      password: 'alice-password',
      scope: 'openid',
    })
    const answer = await stage.call('/todos', { token: tokens.refresh_token ?? '' })
    expect(answer.status).toBe(401)
    expect(answer.problem.detail).toMatch(/no access token.*refresh token/)
  })

  test('is kept over a reload, and asked about again under another client list', async () => {
    const stage = await createOpaqueStage(exchange)
    const opaque = await stage.opaque()
    await stage.call('/todos', { token: opaque })
    await stage.gateway.reload(stage.config(exchange))
    expect((await stage.call('/todos', { token: opaque })).status).toBe(200)
    expect(stage.calls[introspection]).toBe(1)
    await stage.gateway.reload(stage.config({ ...exchange, api: 'clients: [another]' }))
    expect((await stage.call('/todos', { token: opaque })).status).toBe(403)
  })
})

describe('other texts', () => {
  test('a JWT is never sent to Logto: it could be exchanged from another API into this one (security)', async () => {
    const stage = await createOpaqueStage(exchange)
    const foreign = await stage.logto.mint({ ...decodeJwt(await stage.jwt()), aud: 'https://other.example/' })
    const before = { ...stage.calls }
    expect((await stage.call('/todos', { token: foreign })).status).toBe(401)
    expect(stage.calls[token]).toBe(before[token])
    expect(stage.calls[introspection]).toBe(undefined)
  })

  test.each([
    ['an impersonation token', `sub_${'x'.repeat(21)}`],
    ['a personal access token that is not allowed', `pat_${'x'.repeat(32)}`],
    ['a word', 'undefined'],
    ['a session id', 's%3Aabcdef'],
    ['42 characters', 'x'.repeat(42)],
  ])('%s is never sent to Logto', async (_, text) => {
    const stage = await createOpaqueStage(exchange)
    const before = { ...stage.calls }
    expect((await stage.call('/todos', { token: text })).status).toBeOneOf([400, 401])
    expect(stage.calls[introspection]).toBe(undefined)
    expect(stage.calls[token]).toBe(before[token])
  })
})

describe('a personal access token that is allowed', () => {
  const allowed = { tokens: 'opaque: exchange, exchange: { personalAccessTokens: true }' }
  const pat = `pat_${'a'.repeat(32)}`

  test('is exchanged at once, whatever clients are listed, and names no client', async () => {
    const stage = await createOpaqueStage(allowed)
    for (const user of stage.logto.data.users)
      if (user.username === 'alice') user.personalAccessTokens = [{ name: 'cli', value: pat }]
    expect((await stage.call('/todos', { token: pat })).status).toBe(200)
    expect((await stage.call('/todos', { token: pat })).status).toBe(200)
    expect(stage.upstreamHeader('X-User-Id')).toBe('7q6j4duell21')
    expect(stage.upstreamHeader('X-User-Scopes')).toBe('read')
    expect(stage.upstreamHeader('X-Client-Id')).toBeUndefined()
    expect(stage.calls[introspection]).toBeUndefined()
    expect(stage.calls[token]).toBe(1)
    expect(stage.gateway.logText()).toContain('"tokenKind":"personal"')
    expect(stage.gateway.logText()).not.toContain(pat)
  })

  test('that nobody has is 401', async () => {
    const stage = await createOpaqueStage(allowed)
    const answer = await stage.call('/todos', { token: pat })
    expect(answer.status).toBe(401)
    expect(answer.problem.detail).toMatch(/does not exchange this token/)
  })
})

test('the stand-in exchanges as Logto does: only for applications that may', async () => {
  const { logto, opaque } = await createOpaqueStage(exchange)
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: await opaque(),
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    resource: 'https://api.example.com/',
    scope: 'read write',
  }
  const exchanged = await requestToken(logto, 'gateway', form)
  expect(exchanged).toEqual({
    access_token: expect.any(String),
    expires_in: 3600,
    scope: 'read',
    token_type: 'Bearer',
  })
  expect(decodeJwt(exchanged.access_token)).toMatchObject({
    client_id: 'gateway',
    sub: '7q6j4duell21',
    scope: 'read',
  })
  await expect(requestToken(logto, 'chatgpt', form)).rejects.toThrow(/invalid_request requested grant type/)
  await expect(requestToken(logto, 'gateway', { ...form, resource: 'x' })).rejects.toThrow(/invalid_target/)
  await expect(requestToken(logto, 'gateway', { ...form, subject_token: 'x' })).rejects.toThrow(
    /invalid_grant/,
  )
})

describe('the endpoints of the issuer', () => {
  test('may each be named instead of what discovery says', async () => {
    const stage = await createOpaqueStage(exchange)
    const opaque = await stage.opaque()
    const discovery = '/oidc/.well-known/openid-configuration'
    const { origin } = stage.logto
    await stage.gateway.reload(
      stage.config({
        ...exchange,
        issuer: `, introspectionEndpoint: "${origin}${introspection}", tokenEndpoint: "${origin}${token}"`,
      }),
    )
    const before = stage.calls[discovery]
    stage.logto.faults.path = discovery
    stage.logto.faults.status = 500
    expect((await stage.call('/todos', { token: opaque })).status).toBe(200)
    expect(stage.calls[discovery]).toBe(before)
  })

  test('are not believed when they are at another origin, so that no secret goes there (security)', async () => {
    const stage = await createOpaqueStage(exchange)
    const opaque = await stage.opaque()
    const document = {
      issuer: stage.logto.issuer,
      jwks_uri: `${stage.logto.issuer}/jwks`,
      introspection_endpoint: 'https://evil.example/introspect',
    }
    Object.assign(stage.logto.faults, {
      path: '/oidc/.well-known/openid-configuration',
      body: JSON.stringify(document),
    })
    expect((await stage.call('/todos', { token: opaque })).status).toBe(503)
    expect(stage.gateway.logText()).toMatch(
      /introspection_endpoint at another origin: set issuer.introspectionEndpoint/,
    )
  })
})
