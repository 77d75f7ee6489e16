import { request } from 'node:http'
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  type JWK,
  jwtVerify,
} from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  authorize,
  redeem,
  requestToken,
  type SignInOptions,
  SignInRefused,
  signIn,
} from '../../src/dev/demo/sign-in.ts'
import { exampleResource } from '../../src/dev/logto/data.ts'
import { type StandInLogto, startStandInLogto } from '../../src/dev/logto/stand-in-logto.ts'

let logto: StandInLogto
beforeEach(async () => {
  logto = await startStandInLogto()
})
afterEach(() => logto.close())

const alice = { username: 'alice', password: 'alice-password' }
const bob = { username: 'bob', password: 'bob-password' }
const opaque = /^[\w-]{43}$/

async function refusalOf(attempt: Promise<unknown>): Promise<SignInRefused> {
  const refusal = await attempt.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(refusal instanceof SignInRefused)) throw new Error(`not refused: ${refusal}`)
  return refusal
}

async function readJwks(): Promise<{ keys: JWK[] }> {
  const response = await fetch(`${logto.issuer}/jwks`)
  return (await response.json()) as { keys: JWK[] } // what a JWKS is
}

/** Unlike fetch, sends Host and conditional headers as they are given. */
function get(
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ port: logto.port, path, headers }, async (response) => {
      let text = ''
      for await (const chunk of response.setEncoding('utf8')) text += chunk
      resolve({ status: response.statusCode, text })
    })
    sent.on('error', reject).end()
  })
}

describe('the Default API and `openid` decide what kind of token is issued', () => {
  type Row = {
    on: boolean
    scope: string
    at?: Pick<SignInOptions, 'resource' | 'tokenResource' | 'prompt'>
    kind: 'jwt' | 'opaque'
    answered: string
    refresh?: boolean
  }
  const rows: Row[] = [
    { on: true, scope: 'read write', kind: 'jwt', answered: 'read' },
    { on: true, scope: 'offline_access read write', kind: 'jwt', answered: 'read' },
    {
      on: true,
      scope: 'profile email read offline_access',
      at: { prompt: 'consent' },
      kind: 'jwt',
      answered: 'read',
      refresh: true,
    },
    { on: true, scope: 'openid offline_access read write', kind: 'opaque', answered: 'openid' },
    {
      on: true,
      scope: 'openid offline_access read write',
      at: { prompt: 'consent' },
      kind: 'opaque',
      answered: 'openid offline_access',
      refresh: true,
    },
    {
      on: true,
      scope: 'openid read write',
      at: { tokenResource: exampleResource },
      kind: 'jwt',
      answered: 'read',
    },
    {
      on: true,
      scope: 'openid read write',
      at: { resource: exampleResource },
      kind: 'opaque',
      answered: 'openid',
    },
    { on: true, scope: 'read write', at: { resource: exampleResource }, kind: 'jwt', answered: 'read' },
    { on: false, scope: 'openid read write', kind: 'opaque', answered: 'openid' },
    { on: false, scope: 'profile read', kind: 'opaque', answered: 'profile' },
    {
      on: false,
      scope: 'openid read write',
      at: { resource: exampleResource, tokenResource: exampleResource },
      kind: 'jwt',
      answered: 'read',
    },
  ]
  it.each(rows)(
    'default $on, scope "$scope", $at: $kind',
    async ({ on, scope, at, kind, answered, refresh = false }) => {
      logto.setDefaultApi(on)
      const tokens = await signIn(logto, { ...alice, scope, ...at })
      if (kind === 'opaque') expect(tokens.access_token).toMatch(opaque)
      else expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: exampleResource, scope: answered })
      expect(tokens.scope).toBe(answered)
      expect(tokens.refresh_token !== undefined).toBe(refresh)
      expect(tokens.id_token !== undefined).toBe(scope.includes('openid'))
    },
  )

  it('grants nothing when no API is there to grant on', async () => {
    logto.setDefaultApi(false)
    const refusal = await refusalOf(signIn(logto, { ...alice, scope: 'read write', state: 's1' }))
    expect(refusal).toMatchObject({ at: 'authorize', error: 'access_denied' })
    expect(refusal.body).toEqual({ error: 'access_denied', state: 's1', iss: logto.issuer })
  })
})

describe('a user token', () => {
  it('is an at+jwt of ES384 with exactly the eight claims, signed by a key named by its thumbprint', async () => {
    const { access_token } = await signIn(logto, { ...alice, scope: 'read write' })
    const jwks = await readJwks()
    const { payload, protectedHeader } = await jwtVerify(access_token, createLocalJWKSet(jwks))
    expect(protectedHeader).toEqual({
      alg: 'ES384',
      typ: 'at+jwt',
      kid: await calculateJwkThumbprint(jwks.keys[0] ?? {}),
    })
    expect(Object.keys(payload).sort()).toEqual(
      ['aud', 'client_id', 'exp', 'iat', 'iss', 'jti', 'scope', 'sub'].sort(),
    )
    expect(payload).toMatchObject({
      sub: '7q6j4duell21',
      scope: 'read',
      client_id: 'chatgpt',
      iss: logto.issuer,
      aud: exampleResource,
    })
    expect(Number(payload.exp) - Number(payload.iat)).toBe(3600)
  })

  it('is not handed out to a user without any of the permissions', async () => {
    const refusal = await refusalOf(signIn(logto, { ...bob, scope: 'read write' }))
    expect(refusal).toMatchObject({ at: 'authorize', error: 'access_denied' })
  })

  it('has an empty scope when only the profile was granted', async () => {
    const { access_token, scope } = await signIn(logto, { ...bob, scope: 'profile read' })
    expect(decodeJwt(access_token)['scope']).toBe('')
    expect(scope).toBe('')
  })

  it('follows the lifetime of its resource', async () => {
    for (const resource of logto.data.resources) resource.accessTokenTtl = 60
    expect((await signIn(logto, { ...alice, scope: 'read' })).expires_in).toBe(60)
  })

  it('comes with an ID token without `typ`, made out to the client', async () => {
    const { id_token = '' } = await signIn(logto, { ...alice, scope: 'openid read' })
    expect(decodeProtectedHeader(id_token)).not.toHaveProperty('typ')
    expect(decodeJwt(id_token)).toMatchObject({ aud: 'chatgpt', iss: logto.issuer })
  })
})

describe('the authorization endpoint', () => {
  it('answers with `code`, `state` and `iss`', async () => {
    const { callback } = await authorize(logto, { ...alice, scope: 'read', state: 'abc' })
    expect([...callback.keys()].sort()).toEqual(['code', 'iss', 'state'])
    expect(callback.get('iss')).toBe(logto.issuer)
    expect(callback.get('state')).toBe('abc')
  })

  it('demands PKCE of a public client', async () => {
    const refusal = await refusalOf(
      signIn(logto, { ...alice, clientId: 'browser-app', scope: 'read', pkce: false }),
    )
    expect(refusal.body).toMatchObject({
      error: 'invalid_request',
      error_description: 'Authorization Server policy requires PKCE to be used for this request',
    })
  })

  it.each([['browser-app'], ['chatgpt']])('accepts PKCE of %s', async (clientId) => {
    const { scope } = await signIn(logto, { ...alice, clientId, scope: 'read', pkce: true })
    expect(scope).toBe('read')
  })

  it('answers a redirect URI that is not registered with JSON', async () => {
    const query = 'response_type=code&client_id=chatgpt&scope=read&state=x&redirect_uri=https://evil.example/'
    const response = await fetch(`${logto.issuer}/auth?${query}`, { redirect: 'manual' })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      code: 'oidc.invalid_redirect_uri',
      error: 'invalid_redirect_uri',
      state: 'x',
      iss: logto.issuer,
    })
  })

  it.each(['https://api.example.com', 'https://other.example/'])(
    'refuses the resource %s',
    async (resource) => {
      const refusal = await refusalOf(signIn(logto, { ...alice, scope: 'read', resource }))
      expect(refusal.body).toMatchObject({
        error: 'invalid_target',
        error_description: 'resource indicator is missing, or unknown',
      })
    },
  )

  it('splits a resource at its commas', async () => {
    const resource = `${exampleResource},https://second.example/`
    logto.data.resources.push({
      ...{ indicator: 'https://second.example/', permissions: ['read'], accessTokenTtl: 60 },
    })
    const { access_token } = await signIn(logto, {
      ...{ ...alice, scope: 'openid read', resource, tokenResource: 'https://second.example/' },
    })
    expect(decodeJwt(access_token).aud).toBe('https://second.example/')
  })

  it('takes a form as well as a query', async () => {
    const fields = { response_type: 'code', client_id: 'chatgpt', scope: 'read', state: 'x' }
    const redirect_uri = 'https://chatgpt.example/aip/g-1/oauth/callback'
    const body = new URLSearchParams({ ...fields, redirect_uri })
    const request = { method: 'POST', body, redirect: 'manual' } as const
    const response = await fetch(`${logto.issuer}/auth`, request)
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toMatch(/^\/sign-in\//)
  })

  it('turns away who is suspended, with 401', async () => {
    for (const user of logto.data.users) user.isSuspended = true
    expect(await refusalOf(signIn(logto, { ...alice, scope: 'read' }))).toMatchObject({ status: 401 })
  })

  it('says so where no sign-in is under way', async () => {
    const response = await fetch(`${logto.origin}/sign-in/nobody-began-this`)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('Start again in the application')
  })

  it('shows the form again after a wrong password', async () => {
    const refusal = await refusalOf(signIn(logto, { ...alice, password: 'wrong', scope: 'read' }))
    expect(refusal).toMatchObject({ status: 422, error: 'sign_in_failed' })
  })
})

describe('the token endpoint', () => {
  const redirect_uri = 'https://chatgpt.example/aip/g-1/oauth/callback'

  it('takes JSON as well as a form', async () => {
    const { code } = await authorize(logto, { ...alice, scope: 'read' })
    const client = { client_id: 'chatgpt', client_secret: 'chatgpt-secret-of-the-demo' }
    const response = await fetch(`${logto.issuer}/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grant_type: 'authorization_code', code, redirect_uri, ...client }),
    })
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toMatchObject({ scope: 'read', token_type: 'Bearer', expires_in: 3600 })
  })

  it('kills the whole grant when a code comes twice', async () => {
    const options = { ...alice, scope: 'openid' }
    const { code, verifier } = await authorize(logto, options)
    const { access_token } = await redeem(logto, options, code, verifier)
    expect(await introspect(access_token)).toMatchObject({ active: true })
    const refusal = await refusalOf(redeem(logto, options, code, verifier))
    expect(refusal.status).toBe(400)
    expect(refusal.body).toEqual({
      code: 'oidc.invalid_grant',
      message: 'Grant request is invalid.',
      error_uri: 'https://openid.sh/debug/invalid_grant',
      error: 'invalid_grant',
      error_description: 'grant request is invalid',
    })
    expect(await introspect(access_token)).toEqual({ active: false })
  })

  it('refuses a wrong secret with 401', async () => {
    const response = await fetch(`${logto.issuer}/token`, {
      method: 'POST',
      headers: { authorization: basic('chatgpt', 'wrong') },
      body: new URLSearchParams({ grant_type: 'authorization_code', code: 'x', redirect_uri }),
    })
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual({
      code: 'oidc.invalid_client',
      message: 'An OIDC error occurred: oidc.invalid_client.',
      error: 'invalid_client',
      error_description: 'client authentication failed',
    })
  })

  it('takes two resources for none', async () => {
    const exchange = async () => {
      const { code } = await authorize(logto, { ...alice, scope: 'openid read', resource: exampleResource })
      const body = new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri })
      for (const resource of [exampleResource, 'https://other.example/']) body.append('resource', resource)
      const headers = { authorization: basic('chatgpt', 'chatgpt-secret-of-the-demo') }
      const response = await fetch(`${logto.issuer}/token`, { method: 'POST', headers, body })
      return ((await response.json()) as { access_token: string }).access_token
    }
    expect(decodeJwt(await exchange()).aud).toBe(exampleResource)
    logto.setDefaultApi(false)
    expect(await exchange()).toMatch(opaque)
  })

  it.each(['application/x-www-form-urlencoded', 'application/json'])(
    'answers 404 in text to more than 56 kB of %s',
    async (type) => {
      const body = type.endsWith('json') ? JSON.stringify({ x: 'x'.repeat(57_344) }) : 'x'.repeat(57_345)
      const headers = { 'content-type': type }
      const response = await fetch(`${logto.issuer}/token`, { method: 'POST', headers, body })
      expect([response.status, await response.text()]).toEqual([404, 'Not Found'])
    },
  )

  it('refuses a resource that was not asked for at the authorization endpoint', async () => {
    logto.setDefaultApi(false)
    const attempt = signIn(logto, { ...alice, scope: 'openid read', tokenResource: exampleResource })
    expect((await refusalOf(attempt)).body).toMatchObject({ error: 'invalid_target' })
  })
})

describe('a machine client', () => {
  const ask = (parameters: Record<string, string> = {}, clientId = 'nightly-job') =>
    requestToken(logto, clientId, { grant_type: 'client_credentials', ...parameters })

  it('is its own subject', async () => {
    const { access_token } = await ask({ scope: 'read', resource: exampleResource })
    expect(decodeJwt(access_token)).toMatchObject({
      sub: 'nightly-job',
      client_id: 'nightly-job',
      scope: 'read',
      aud: exampleResource,
    })
  })

  it.each([{}, { scope: 'delete' }])('gets no scope claim for %j', async (parameters) => {
    const { access_token, scope } = await ask(parameters)
    expect(decodeJwt(access_token)).not.toHaveProperty('scope')
    expect(scope).toBeUndefined()
  })

  it('must name a resource when there is no Default API', async () => {
    logto.setDefaultApi(false)
    expect((await refusalOf(ask({ scope: 'read' }))).body).toMatchObject({
      error: 'invalid_target',
      error_description: 'both `resource` and `organization_id` are not provided',
    })
  })

  it('is not a Traditional application', async () => {
    const refusal = await refusalOf(ask({ scope: 'read' }, 'chatgpt'))
    expect(refusal.status).toBe(400)
    expect(refusal.body['error_description']).toBe('requested grant type is not allowed for this client')
  })
})

describe('refreshing', () => {
  const refresh = (refresh_token = '', more: Record<string, string> = {}, clientId = 'chatgpt') =>
    requestToken(logto, clientId, { grant_type: 'refresh_token', refresh_token, ...more })
  const offline = { prompt: 'consent', scope: 'offline_access read write' }

  it('keeps the refresh token of a confidential client', async () => {
    const first = await signIn(logto, { ...alice, ...offline })
    const second = await refresh(first.refresh_token)
    expect(second.refresh_token).toBe(first.refresh_token)
    expect(decodeJwt(second.access_token)).toMatchObject({ scope: 'read', aud: exampleResource })
  })

  it('rotates that of a public one, and the old one still works at once', async () => {
    const first = await signIn(logto, { ...alice, ...offline, clientId: 'browser-app' })
    const second = await refresh(first.refresh_token, {}, 'browser-app')
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect((await refresh(first.refresh_token, {}, 'browser-app')).scope).toBe('read')
  })

  it('obeys the same rule of `openid` and resource', async () => {
    const { refresh_token } = await signIn(logto, {
      ...alice,
      prompt: 'consent',
      scope: 'openid offline_access read',
    })
    expect((await refresh(refresh_token)).access_token).toMatch(opaque)
    const { access_token } = await refresh(refresh_token, { resource: exampleResource })
    expect(decodeJwt(access_token)['scope']).toBe('read')
  })

  it('shows at once that a role was taken away', async () => {
    const { refresh_token } = await signIn(logto, { ...alice, ...offline })
    for (const user of logto.data.users) user.roles = []
    expect((await refresh(refresh_token)).scope).toBe('')
  })

  it('cannot widen the scope', async () => {
    const { refresh_token } = await signIn(logto, { ...alice, ...offline, scope: 'offline_access read' })
    expect((await refusalOf(refresh(refresh_token, { scope: 'write' }))).body).toEqual({
      code: 'oidc.invalid_scope',
      message: 'Invalid scope: {{error_description}}.',
      error: 'invalid_scope',
      error_description: 'refresh token missing requested scope',
      scope: 'write',
    })
  })

  it('is offered unasked to an application that always refreshes', async () => {
    for (const application of logto.data.applications) application.alwaysIssueRefreshToken = true
    expect((await signIn(logto, { ...alice, scope: 'read' })).refresh_token).toMatch(opaque)
  })
})

function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}

async function introspect(token: string, headers: Record<string, string> = {}): Promise<unknown> {
  return (
    await callIntrospection(token, {
      authorization: basic('nightly-job', 'nightly-job-secret-of-the-demo'),
      ...headers,
    })
  ).json()
}

function callIntrospection(
  token: string,
  headers: Record<string, string>,
  more: Record<string, string> = {},
) {
  const body = new URLSearchParams({ token, ...more })
  return fetch(`${logto.issuer}/token/introspection`, { method: 'POST', headers, body })
}

describe('introspection', () => {
  it('tells any confidential client about an opaque token', async () => {
    const { access_token } = await signIn(logto, { ...alice, scope: 'openid profile email' })
    expect(await introspect(access_token)).toEqual({
      active: true,
      sub: '7q6j4duell21',
      client_id: 'chatgpt',
      exp: expect.any(Number),
      iat: expect.any(Number),
      iss: logto.issuer,
      scope: 'openid profile email',
      token_type: 'Bearer',
    })
  })

  it('takes JSON', async () => {
    const response = await fetch(`${logto.issuer}/token/introspection`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        token: 'x',
        client_id: 'nightly-job',
        client_secret: 'nightly-job-secret-of-the-demo',
      }),
    })
    expect(await response.json()).toEqual({ active: false })
  })

  it('names no token type for a refresh token', async () => {
    const { refresh_token = '' } = await signIn(logto, {
      ...alice,
      prompt: 'consent',
      scope: 'offline_access read',
    })
    const answer = await introspect(refresh_token)
    expect(answer).toMatchObject({ active: true, sub: '7q6j4duell21' })
    expect(answer).not.toHaveProperty('token_type')
  })

  it('refuses a JWT with 400', async () => {
    const { access_token } = await signIn(logto, { ...alice, scope: 'read' })
    expect(await introspect(access_token)).toEqual({
      code: 'oidc.unsupported_token_type',
      message: 'An OIDC error occurred: oidc.unsupported_token_type.',
      error: 'unsupported_token_type',
      error_description: 'Structured JWT Tokens cannot be introspected via the introspection_endpoint',
    })
  })

  it("calls another client's token inactive for a public client", async () => {
    const { access_token } = await signIn(logto, { ...alice, scope: 'openid' })
    const response = await callIntrospection(access_token, {}, { client_id: 'browser-app' })
    expect(await response.json()).toEqual({ active: false })
  })

  it.each([
    ['no client authentication', {}, 400, 'invalid_request', 'no client authentication mechanism provided'],
    [
      'Bearer',
      { authorization: 'Bearer x' },
      400,
      'invalid_request',
      'invalid authorization header value format',
    ],
    [
      'a wrong secret',
      { authorization: basic('nightly-job', 'no') },
      401,
      'invalid_client',
      'client authentication failed',
    ],
    [
      'an unknown client',
      { authorization: basic('nope', 'no') },
      400,
      'invalid_client',
      'invalid client nope',
    ],
  ])('refuses %s', async (_name, headers: Record<string, string>, status, error, error_description) => {
    const response = await callIntrospection('x', headers)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ code: `oidc.${error}`, error, error_description })
    if (status === 401)
      expect(response.headers.get('www-authenticate')).toContain(`Basic realm="${logto.issuer}"`)
  })
})

describe('a page in a browser', () => {
  const me = async (origin: string) => {
    const { access_token } = await signIn(logto, { ...alice, scope: 'openid' })
    return fetch(`${logto.issuer}/me`, { headers: { authorization: `Bearer ${access_token}`, origin } })
  }

  it('at the origin of a redirect URI may ask who the user is', async () => {
    const response = await me('https://chatgpt.example')
    expect(response.status).toBe(200)
    expect(response.headers.get('access-control-allow-origin')).toBe('https://chatgpt.example')
  })

  it('at any other origin may not', async () => {
    const response = await me('https://elsewhere.example')
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: 'invalid_request',
      error_description: 'origin https://elsewhere.example not allowed for client: chatgpt',
    })
  })

  it('at any other origin may not exchange tokens either', async () => {
    const grant_type = 'urn:ietf:params:oauth:grant-type:token-exchange'
    const response = await fetch(`${logto.issuer}/token`, {
      method: 'POST',
      headers: {
        authorization: basic('gateway', 'gateway-secret-of-the-demo'),
        origin: 'https://chatgpt.example',
      },
      body: new URLSearchParams({ grant_type }),
    })
    expect(await response.json()).toMatchObject({
      error_description: 'origin https://chatgpt.example not allowed for client: gateway',
    })
  })
})

describe('revocation', () => {
  const revoke = (token: string, authorization = basic('chatgpt', 'chatgpt-secret-of-the-demo')) =>
    fetch(`${logto.issuer}/token/revocation`, {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams({ token }),
    })

  it('ends the whole grant with any one of its tokens', async () => {
    const scope = 'openid offline_access'
    const tokens = await signIn(logto, { ...alice, prompt: 'consent', scope })
    expect((await revoke(tokens.access_token)).status).toBe(200)
    expect(await introspect(tokens.refresh_token ?? '')).toEqual({ active: false })
  })

  it('shrugs at garbage', async () => {
    expect((await revoke('garbage')).status).toBe(200)
  })

  it('takes JSON', async () => {
    const { access_token } = await signIn(logto, { ...alice, scope: 'openid' })
    const response = await fetch(`${logto.issuer}/token/revocation`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: basic('chatgpt', 'chatgpt-secret-of-the-demo'),
      },
      body: JSON.stringify({ token: access_token }),
    })
    expect(response.status).toBe(200)
    expect(await introspect(access_token)).toEqual({ active: false })
  })

  it('cannot reach a JWT', async () => {
    const { access_token } = await signIn(logto, { ...alice, scope: 'read' })
    const response = await revoke(access_token)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'unsupported_token_type' })
  })

  it("refuses another client's token", async () => {
    const { access_token } = await signIn(logto, { ...alice, scope: 'openid' })
    const response = await revoke(access_token, basic('nightly-job', 'nightly-job-secret-of-the-demo'))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'invalid_request' })
  })
})

describe('userinfo', () => {
  const me = (token?: string) =>
    fetch(`${logto.issuer}/me`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })

  it('describes the user of an opaque token', async () => {
    const { access_token } = await signIn(logto, { ...alice, scope: 'openid profile email' })
    expect(await (await me(access_token)).json()).toEqual({
      sub: '7q6j4duell21',
      name: 'Alice Example',
      preferred_username: 'alice',
      picture: null,
      updated_at: expect.any(Number),
      username: 'alice',
      created_at: expect.any(Number),
      email: 'alice@example.com',
      email_verified: true,
    })
  })

  it('tells roles and phone by the scopes of these names, in the ID token too', async () => {
    for (const user of logto.data.users) user.phone = '123456'
    const scope = 'openid phone roles identities custom_data'
    const { access_token, id_token = '' } = await signIn(logto, { ...alice, scope })
    const claims = { phone_number: '123456', phone_number_verified: true, roles: ['My role'] }
    expect(await (await me(access_token)).json()).toMatchObject({ ...claims, sso_identities: [] })
    expect(decodeJwt(id_token)).toMatchObject(claims)
  })

  it('no longer knows who is suspended or deleted, nor do refresh and introspection', async () => {
    for (const leave of [
      () => Object.assign(logto.data.users[0] ?? {}, { isSuspended: true }),
      () => logto.data.users.shift(),
    ]) {
      for (const user of logto.data.users) user.isSuspended = false
      const offline = { scope: 'openid offline_access', prompt: 'consent' }
      const { access_token, refresh_token = '' } = await signIn(logto, { ...alice, ...offline })
      leave()
      expect((await me(access_token)).status).toBe(401)
      expect(await introspect(access_token)).toEqual({ active: false })
      const refreshed = requestToken(logto, 'chatgpt', { grant_type: 'refresh_token', refresh_token })
      expect(await refusalOf(refreshed)).toMatchObject({ status: 400, error: 'invalid_grant' })
    }
  })

  it('asks for a token', async () => {
    const response = await me()
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe(`Bearer realm="${logto.issuer}"`)
    expect(await response.json()).toMatchObject({
      error: 'invalid_token',
      error_description: 'no access token provided',
    })
  })

  it('does not know a JWT', async () => {
    const { access_token } = await signIn(logto, { ...alice, scope: 'read' })
    const response = await me(access_token)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('error_description="invalid token provided"')
  })

  it('wants the scope openid', async () => {
    logto.setDefaultApi(false)
    const { access_token } = await signIn(logto, { ...alice, scope: 'profile' })
    const response = await me(access_token)
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({
      error: 'insufficient_scope',
      error_description: 'access token missing openid scope',
      scope: 'openid',
    })
  })
})

describe('discovery', () => {
  it('is the same at both appended paths and nowhere else', async () => {
    const [openid, oauth] = await Promise.all(
      ['openid-configuration', 'oauth-authorization-server'].map(async (name) =>
        (await fetch(`${logto.issuer}/.well-known/${name}`)).json(),
      ),
    )
    expect(openid).toEqual(oauth)
    expect(openid).toMatchObject({
      issuer: logto.issuer,
      authorization_endpoint: `${logto.issuer}/auth`,
      token_endpoint: `${logto.issuer}/token`,
      userinfo_endpoint: `${logto.issuer}/me`,
      jwks_uri: `${logto.issuer}/jwks`,
      introspection_endpoint: `${logto.issuer}/token/introspection`,
      revocation_endpoint: `${logto.issuer}/token/revocation`,
      pushed_authorization_request_endpoint: `${logto.issuer}/request`,
      authorization_response_iss_parameter_supported: true,
      code_challenge_methods_supported: ['S256'],
    })
    expect(openid).not.toHaveProperty('registration_endpoint')
  })

  it.each([
    '/.well-known/oauth-authorization-server/oidc',
    '/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server',
    '/.well-known/oauth-protected-resource',
  ])('answers 404 in plain text at %s', async (path) => {
    const response = await fetch(`${logto.origin}${path}`)
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toContain('text/plain')
  })

  it('advertises what Logto advertises', async () => {
    const response = await fetch(`${logto.issuer}/.well-known/openid-configuration`)
    const advertised = (await response.json()) as Record<string, string[]>
    const usual = 'openid offline_access profile email phone address custom_data identities roles'
    const own = ['organizations', 'organization_roles', 'sessions', 'trusted_devices']
    const scopes = [...usual.split(' '), ...own.map((name) => `urn:logto:scope:${name}`)]
    expect(advertised['scopes_supported']?.toSorted()).toEqual(scopes.toSorted())
    expect(advertised['grant_types_supported']).toEqual(
      expect.arrayContaining([
        ...['implicit', 'authorization_code', 'refresh_token', 'client_credentials'],
        'urn:ietf:params:oauth:grant-type:device_code',
        'urn:ietf:params:oauth:grant-type:token-exchange',
      ]),
    )
    expect(advertised['response_types_supported']).toHaveLength(4)
    expect(advertised['id_token_signing_alg_values_supported']?.toSorted()).toEqual([
      ...['ES384', 'PS256', 'RS256'],
    ])
    expect(advertised).toMatchObject({
      device_authorization_endpoint: `${logto.issuer}/device/auth`,
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
    })
    expect(advertised).not.toHaveProperty('client_id_metadata_document_supported')
  })

  it('says that clients may be documents, once they may', async () => {
    await logto.management.call('PATCH', 'configs/cimd', { enabled: true })
    const response = await fetch(`${logto.issuer}/.well-known/oauth-authorization-server`)
    expect(await response.json()).toMatchObject({ client_id_metadata_document_supported: true })
  })

  it.each(['jwks', '.well-known/openid-configuration'])('is compressed when asked, as %s', async (path) => {
    const headers = { 'accept-encoding': 'gzip' }
    const response = await fetch(`${logto.issuer}/${path}`, { headers })
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect(Object.keys((await response.json()) as object)).not.toEqual([])
    expect((await get(`/oidc/${path}`, {})).text).toMatch(/^\{/)
  })

  it('writes endpoint URLs with the Host of the request, under the fixed issuer', async () => {
    const { text } = await get('/oidc/.well-known/openid-configuration', { host: 'logto.internal:8080' })
    expect(JSON.parse(text)).toMatchObject({
      issuer: logto.issuer,
      jwks_uri: 'http://logto.internal:8080/oidc/jwks',
    })
  })
})

describe('any other path', () => {
  it.each([
    ['GET', 'token'],
    ['POST', 'reg'],
    ['GET', 'token/introspection'],
  ])('of the provider is 404 in JSON: %s %s', async (method, path) => {
    const response = await fetch(`${logto.issuer}/${path}`, { method })
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({
      code: 'oidc.invalid_request',
      message: 'Request is invalid.',
      error: 'invalid_request',
      error_description: `unrecognized route or not allowed method (${method} on /${path})`,
    })
  })

  it('is the page of the sign-in', async () => {
    const response = await fetch(`${logto.origin}/anything`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect((await fetch(`${logto.origin}/`, { redirect: 'manual' })).status).toBe(302)
  })

  it('has the headers of a page', async () => {
    const { headers } = await fetch(`${logto.issuer}/jwks`)
    expect(headers.get('logto-core-request-id')).not.toBeNull()
    expect(headers.get('strict-transport-security')).toContain('max-age=')
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })
})

describe('keys', () => {
  it('are served to be revalidated', async () => {
    const response = await fetch(`${logto.issuer}/jwks`)
    expect(response.headers.get('content-type')).toMatch(/^application\/jwk-set\+json/)
    expect(response.headers.get('cache-control')).toBe('no-cache, max-age=0, must-revalidate')
    const etag = response.headers.get('etag') ?? ''
    const again = await get('/oidc/jwks', { 'if-none-match': etag })
    expect(again.status).toBe(304)
  })

  it('have EC P-384 first, with `alg`', async () => {
    const { keys } = await readJwks()
    expect(keys).toEqual([
      {
        kty: 'EC',
        use: 'sig',
        kid: expect.any(String),
        alg: 'ES384',
        crv: 'P-384',
        x: expect.any(String),
        y: expect.any(String),
      },
    ])
  })

  it('rotate at once, keeping two', async () => {
    const kidNow = async () =>
      decodeProtectedHeader((await signIn(logto, { ...alice, scope: 'read' })).access_token).kid
    const kids = [await kidNow()]
    for (let rotation = 0; rotation < 2; rotation += 1) {
      await logto.rotateKeys()
      kids.push(await kidNow())
    }
    expect(new Set(kids).size).toBe(3)
    const published = (await readJwks()).keys.map(({ kid }) => kid)
    expect(published).toEqual([kids[2], kids[1]])
  })

  it('may be RSA, without `alg`', async () => {
    await logto.rotateKeys('RSA')
    const { access_token } = await signIn(logto, { ...alice, scope: 'read' })
    const jwks = await readJwks()
    expect(decodeProtectedHeader(access_token).alg).toBe('RS256')
    expect(jwks.keys[0]).toMatchObject({ kty: 'RSA' })
    expect(jwks.keys[0]).not.toHaveProperty('alg')
    await expect(jwtVerify(access_token, createLocalJWKSet(jwks))).resolves.toBeDefined()
  })

  it('leave opaque and refresh tokens alive', async () => {
    const { access_token } = await signIn(logto, { ...alice, scope: 'openid' })
    await logto.rotateKeys()
    expect(await introspect(access_token)).toMatchObject({ active: true })
  })

  it('sign what a test asks for', async () => {
    const token = await logto.mint({ sub: 'x', exp: 1 }, { typ: 'JWT' })
    expect(decodeJwt(token)).toEqual({ sub: 'x', exp: 1 })
    expect(decodeProtectedHeader(token)).toMatchObject({ typ: 'JWT', alg: 'ES384' })
  })
})

describe('faults', () => {
  it('answers everything with a status on demand', async () => {
    logto.faults.status = 503
    expect((await fetch(`${logto.issuer}/jwks`)).status).toBe(503)
    delete logto.faults.status
    expect((await fetch(`${logto.issuer}/jwks`)).status).toBe(200)
  })

  it('asks to come back later on demand', async () => {
    Object.assign(logto.faults, { status: 429, retryAfter: 7 })
    const response = await fetch(`${logto.issuer}/jwks`)
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('7')
  })

  it('serves broken keys on demand', async () => {
    logto.faults.jwks = '{"keys":'
    expect(await (await fetch(`${logto.issuer}/jwks`)).text()).toBe('{"keys":')
  })

  it('answers late on demand', async () => {
    logto.faults.delayMs = 60
    const before = performance.now()
    await fetch(`${logto.issuer}/jwks`)
    expect(performance.now() - before).toBeGreaterThan(50)
  })

  it('meets only those to one path on demand', async () => {
    logto.faultsAt['/oidc/jwks'] = { isDown: true }
    await expect(fetch(`${logto.issuer}/jwks`)).rejects.toThrow()
    expect((await fetch(`${logto.issuer}/.well-known/openid-configuration`)).status).toBe(200)
    logto.faultsAt['/oidc/jwks'] = { wrongType: 'text/html' }
    const response = await fetch(`${logto.issuer}/jwks`)
    expect(response.headers.get('content-type')).toBe('text/html')
    expect(await response.json()).toHaveProperty('keys')
    logto.faultsAt['/api/roles'] = { status: 429, retryAfter: 3 }
    const refused = await fetch(`${logto.origin}/api/roles?page=1`)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '3'])
    delete logto.faultsAt['/oidc/jwks']
    expect((await readJwks()).keys).toHaveLength(1)
  })

  it('goes away and comes back on the same port', async () => {
    const before = await readJwks()
    await logto.stop()
    await expect(readJwks()).rejects.toThrow()
    await logto.start()
    expect(await readJwks()).toEqual(before)
  })
})
