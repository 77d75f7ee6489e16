import { describe, expect, test } from 'vitest'
import { createStage, guarding } from '../support/stage.ts'

const routes = '/me: authenticated\n/open: public'

describe('identity headers', () => {
  test('say who the user is', async () => {
    const stage = await createStage(guarding(routes))
    await stage.call('/me', { token: await stage.token({ scope: 'read write', organization_id: 'o1' }) })
    expect(stage.upstreamHeader('X-User-Id')).toBe('user1')
    expect(stage.upstreamHeader('X-User-Scopes')).toBe('read write')
    expect(stage.upstreamHeader('X-Client-Id')).toBe('app1')
    expect(stage.upstreamHeader('X-Organization-Id')).toBe('o1')
  })

  test.each([
    ['a string', 'Zoë', Buffer.from('Zoë').toString('latin1')],
    ['a number', 42, '42'],
    ['a boolean', false, 'false'],
    ['a list of words', ['a', 'b'], 'a b'],
    ['a list with a space in an element', ['a b', 'c'], '["a b","c"]'],
    ['a map', { a: 1 }, '{"a":1}'],
    ['nothing', undefined, undefined],
    ['a control character', 'a\u0007b', undefined],
    ['a line break', 'a\r\nX-Evil: 1', undefined],
    ['outer white space', ' a', undefined],
    ['an unsafe integer', 2 ** 53, undefined],
  ])('carry %s', async (_name, claim, expected) => {
    const stage = await createStage(guarding(routes, 'identity: { headers: { X-Id: sub, X-Claim: claim } }'))
    const { status } = await stage.call('/me', { token: await stage.token({ claim }) })
    expect(status).toBe(200)
    expect(stage.upstreamHeader('X-Claim')).toBe(expected)
    expect(stage.upstreamHeader('X-Id')).toBe('user1')
    expect(stage.upstreamHeader('X-Evil')).toBeUndefined()
  })

  test.each(['a\u0000b', ' user', 'user\t', 'a\nb', '', 'x'.repeat(256)])(
    'refuse the token whose sub is %j',
    async (sub) => {
      const stage = await createStage(guarding(routes))
      expect((await stage.call('/me', { token: await stage.token({ sub }) })).status).toBe(401)
      expect(stage.upstream.received()).toBe('')
    },
  )

  test.each([
    'X-User-Id',
    'x_user_id',
    'X.User.Id',
    'X-USER-ID',
    'X-User-Anything',
    'X-Client-Id',
    'X-Organization-Id',
    'X-Scopegate-Foo',
    'Remote-User',
    'X-Remote-User',
    'X-Forwarded-User',
    'X-Forwarded-Email',
    'X-Auth-Request-User',
    'X-Authenticated-Userid',
    'X-Webauth-User',
    'X-Pomerium-Jwt-Assertion',
    'X-Goog-Authenticated-User-Email',
    'X-MS-Client-Principal-Name',
    'X-Amzn-Oidc-Identity',
    'Cf-Access-Authenticated-User-Email',
    'Tailscale-User-Login',
    'X-SSL-Client-Verify',
    'X-Client-Cert',
    'X-Forwarded-Client-Cert',
  ])('cannot be set by a client: %s is removed on public routes and others', async (name) => {
    const stage = await createStage(guarding(routes))
    const headers = { [name]: 'mallory' }
    expect((await stage.call('/open', { headers })).status).toBe(200)
    expect((await stage.call('/me', { headers, token: await stage.token() })).status).toBe(200)
    expect(stage.upstream.received()).not.toContain('mallory')
  })

  test('mapped for one API are removed at every other', async () => {
    const stage = await createStage(`
issuer: { url: ISSUER }
apis:
  a: { path: /a, resource: https://a.test/, upstream: UPSTREAM, routes: { /a/**: public }, identity: { headers: { X-Tenant: tenant } } }
  b: { path: /b, resource: https://b.test/, upstream: UPSTREAM, routes: { /b/**: public } }
`)
    expect(
      (await stage.call('/b/x', { headers: { 'X-Tenant': 'mallory', X_Tenant: 'mallory' } })).status,
    ).toBe(200)
    expect(stage.upstream.received()).not.toContain('mallory')
  })

  test('identity.strip removes more, identity.keep keeps what the default removes, but never a mapped one', async () => {
    const stage = await createStage(
      guarding(routes, 'identity: { strip: [X-Debug], keep: [X-Forwarded-Client-Cert, X-SSL-Cipher] }'),
    )
    await stage.call('/open', {
      headers: { 'X-Debug': 'mallory', 'X-SSL-Cipher': 'kept', 'X-User-Id': 'mallory' },
    })
    expect(stage.upstream.received()).not.toContain('mallory')
    expect(stage.upstreamHeader('X-SSL-Cipher')).toBe('kept')
  })
})

describe('Authorization', () => {
  const withOption = (option: string) =>
    guarding(routes).replace('upstream:', `authorization: ${option}\n    upstream:`)

  test('is stripped by default', async () => {
    const stage = await createStage(guarding(routes))
    const token = await stage.token()
    await stage.call('/me', { token })
    await stage.call('/open', { token })
    expect(stage.upstream.received()).not.toMatch(/authorization/i)
  })

  test('is forwarded on demand', async () => {
    const stage = await createStage(withOption('forward'))
    const token = await stage.token()
    await stage.call('/me', { token })
    expect(stage.upstreamHeader('Authorization')).toBe(`Bearer ${token}`)
  })

  test('is a fixed value on demand', async () => {
    const stage = await createStage(withOption('Basic bGVnYWN5OnNlY3JldC1zZWNyZXQ='))
    await stage.call('/me', { token: await stage.token() })
    expect(stage.upstreamHeader('Authorization')).toBe('Basic bGVnYWN5OnNlY3JldC1zZWNyZXQ=')
    expect(stage.gateway.logText()).not.toContain('bGVnYWN5')
  })
})

describe('an issuer that keeps scopes and the client elsewhere', () => {
  test('is decided by them, and the upstream is told of them alone (security)', async () => {
    const stage = await createStage(
      guarding('/me: read').replace(
        'url: ISSUER',
        'url: ISSUER, claims: { scope: permissions, clientId: azp }',
      ),
    )
    const claims = { scope: 'read admin', permissions: ['read'], client_id: 'other', azp: 'app1' }
    expect((await stage.call('/me', { token: await stage.token(claims) })).status).toBe(200)
    expect(stage.upstreamHeader('X-User-Scopes')).toBe('read')
    expect(stage.upstreamHeader('X-Client-Id')).toBe('app1')
    const lesser = await stage.token({ ...claims, permissions: ['write'] })
    expect((await stage.call('/me', { token: lesser })).status).toBe(403)
  })
})
