import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { basic, type Logto, openLogto } from './logto.ts'
import { createMade, type Made, type MadeApplication, type MadeUser, signInTo } from './made.ts'

// Facts about what the endpoints answer beside tokens.

let logto: Logto
let made: Made
let application: MadeApplication
let user: MadeUser
beforeAll(async () => {
  logto = await openLogto()
  made = createMade(logto)
  application = await made.application('client of endpoints')
  user = await made.user('of endpoints')
})

const url = (path: string) => `${logto.endpoint}/${path}`
const signIn = (scope: string, more: Readonly<Record<string, string>> = {}) =>
  signInTo(logto, { user, application, scope, more })
const credentials = () => ({ authorization: basic(application.id, application.secret) })

describe('/oidc/me', () => {
  const me = (token: string) =>
    fetch(url('oidc/me'), token === '' ? {} : { headers: { authorization: `Bearer ${token}` } })

  test('describes the user of an opaque token', async () => {
    const { access_token } = await signIn('openid profile email')
    const response = await me(access_token)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      ...{ sub: user.id, username: user.username, preferred_username: user.username },
      ...{ name: 'Scopegate contract', created_at: expect.any(Number), updated_at: expect.any(Number) },
    })
  })

  test('names roles where they are asked for', async () => {
    const role = await made.role('told', [])
    await logto.api('POST', `users/${user.id}/roles`, { roleIds: [role] })
    const { access_token } = await signIn('openid roles')
    expect(await (await me(access_token)).json()).toMatchObject({ roles: [logto.name('told')] })
  })

  test('asks for a token: 401', async () => {
    const response = await me('')
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm="[^"]+"$/)
    expect(await response.json()).toMatchObject({
      error: 'invalid_token',
      error_description: 'no access token provided',
    })
  })

  test('knows no JWT: 401 invalid_token', async () => {
    const resource = await made.resource('of jwt', 'read')
    const granted = { user, application, scope: 'openid read', resource: [resource.indicator] }
    const { access_token } = await signInTo(logto, { ...granted, atToken: { resource: resource.indicator } })
    const response = await me(access_token)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain(
      'error="invalid_token", error_description="invalid token provided"',
    )
    expect(await response.json()).toMatchObject({ message: 'Invalid token provided.' })
  })
})

describe('introspection', () => {
  const introspect = (token: string, headers = credentials()) =>
    logto.post('token/introspection', { token }, headers)

  test('tells a confidential client about an opaque token', async () => {
    const { access_token } = await signIn('openid profile')
    const { status, body } = await introspect(access_token)
    expect(status).toBe(200)
    expect(body).toEqual({
      ...{ active: true, sub: user.id, client_id: application.id, scope: 'openid profile' },
      ...{ token_type: 'Bearer', iss: expect.stringMatching(/\/oidc$/) },
      ...{ exp: expect.any(Number), iat: expect.any(Number) },
    })
  })

  test('calls a refresh token active too, without a type', async () => {
    const { refresh_token = '' } = await signIn('openid offline_access', { prompt: 'consent' })
    const { body } = await introspect(refresh_token)
    expect(body).toMatchObject({ active: true })
    expect(body).not.toHaveProperty('token_type')
  })

  test('takes JSON', async () => {
    const headers = { ...credentials(), 'content-type': 'application/json' }
    const body = JSON.stringify({ token: 'x' })
    const response = await fetch(url('oidc/token/introspection'), { method: 'POST', headers, body })
    expect(await response.json()).toEqual({ active: false })
  })

  test('with a wrong secret is 401 invalid_client, of an unknown client 400', async () => {
    const wrong = await introspect('x', { authorization: basic(application.id, 'wrong') })
    expect(wrong).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(wrong.headers.get('www-authenticate')).toMatch(/^Basic realm="[^"]+", error="invalid_client"/)
    const unknown = await introspect('x', { authorization: basic('nope', 'wrong') })
    expect(unknown).toMatchObject({ status: 400, body: { error: 'invalid_client' } })
  })
})

describe('revocation', () => {
  const revoke = (token: string, headers: Readonly<Record<string, string>> = credentials()) =>
    logto.post('token/revocation', { token }, headers)

  test('of either token ends the whole grant', async () => {
    const { access_token, refresh_token = '' } = await signIn('openid offline_access', { prompt: 'consent' })
    expect((await revoke(access_token)).status).toBe(200)
    const { body } = await logto.post('token/introspection', { token: refresh_token }, credentials())
    expect(body).toEqual({ active: false })
  })

  test('of garbage is 200, of the token of another client 400', async () => {
    expect((await revoke('garbage')).status).toBe(200)
    const other = await made.application('other client')
    const { access_token } = await signIn('openid')
    expect(await revoke(access_token, { authorization: basic(other.id, other.secret) })).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    })
  })

  test('takes JSON', async () => {
    const headers = { ...credentials(), 'content-type': 'application/json' }
    const body = JSON.stringify({ token: 'garbage' })
    const response = await fetch(url('oidc/token/revocation'), { method: 'POST', headers, body })
    expect(response.status).toBe(200)
  })
})

describe('the token endpoint', () => {
  test.each<[string, Record<string, string>, string, string]>([
    [
      'an unknown grant type',
      { grant_type: 'nope' },
      'unsupported_grant_type',
      'Unsupported `grant_type` requested.',
    ],
    [
      'client credentials of a Traditional application',
      { grant_type: 'client_credentials' },
      'invalid_request',
      'Request is invalid.',
    ],
    [
      'the grant of devices, which is known',
      { grant_type: 'urn:ietf:params:oauth:grant-type:device_code' },
      'invalid_request',
      'Request is invalid.',
    ],
  ])('refuses %s with 400', async (_name, fields, error, message) => {
    expect(await logto.post('token', fields, credentials())).toMatchObject({
      status: 400,
      body: { code: `oidc.${error}`, error, message },
    })
  })

  test.each(['application/x-www-form-urlencoded', 'application/json'])(
    'answers 404 in text to more than 56 kB of %s',
    async (type) => {
      const long = 'x'.repeat(57_400)
      const body = type.endsWith('json') ? JSON.stringify({ long }) : `long=${long}`
      const headers = { 'content-type': type }
      const response = await fetch(url('oidc/token'), { method: 'POST', headers, body })
      expect([response.status, await response.text()]).toEqual([404, 'Not Found'])
    },
  )
})

describe('discovery', () => {
  test('advertises scopes of OpenID Connect and of Logto, and no registration', async () => {
    const response = await fetch(url('oidc/.well-known/openid-configuration'))
    const advertised = (await response.json()) as Record<string, unknown>
    const usual = 'openid offline_access profile email phone address custom_data identities roles'
    expect(advertised['scopes_supported']).toEqual(
      expect.arrayContaining([...usual.split(' '), 'urn:logto:scope:organizations']),
    )
    expect(advertised['grant_types_supported']).toEqual(
      expect.arrayContaining([
        ...['implicit', 'authorization_code', 'refresh_token', 'client_credentials'],
        'urn:ietf:params:oauth:grant-type:token-exchange',
      ]),
    )
    expect(advertised).not.toHaveProperty('registration_endpoint')
  })

  test.each(['jwks', '.well-known/openid-configuration'])(
    'and keys are compressed when asked: %s',
    async (path) => {
      const { hostname, port, pathname, protocol } = new URL(url(`oidc/${path}`))
      const { request } = protocol === 'https:' ? await import('node:https') : await import('node:http')
      const body = await new Promise<Buffer>((resolve, reject) => {
        const headers = { 'accept-encoding': 'gzip' }
        const sent = request({ hostname, port, path: pathname, headers }, async (response) => {
          const chunks: Buffer[] = []
          for await (const chunk of response) chunks.push(chunk)
          resolve(Buffer.concat(chunks))
        })
        sent.on('error', reject).end()
      })
      expect(gunzipSync(body).toString()).toMatch(/^\{/)
    },
  )
})

describe('any other path', () => {
  test.each([
    ['GET', 'token'],
    ['POST', 'reg'],
    ['GET', 'token/introspection'],
  ])('below /oidc is 404 in JSON: %s %s', async (method, path) => {
    const response = await fetch(url(`oidc/${path}`), { method })
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({
      error: 'invalid_request',
      error_description: `unrecognized route or not allowed method (${method} on /${path})`,
    })
  })

  test('at the root is a page, and the root itself leads to one', async () => {
    const response = await fetch(url('nobody-knows-this'))
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect((await fetch(url(''), { redirect: 'manual' })).status).toBe(302)
  })
})

describe('every answer', () => {
  test.each(['oidc/jwks', 'oidc/me', 'api/roles'])('has the headers of a page: %s', async (path) => {
    const { headers } = await fetch(url(path))
    expect(headers.get('logto-core-request-id')).not.toBeNull()
    expect(headers.get('strict-transport-security')).not.toBeNull()
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })
})
