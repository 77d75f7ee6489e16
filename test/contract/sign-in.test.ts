import { decodeJwt, decodeProtectedHeader } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { createBrowser, redirectUri, type SignedIn } from './browser.ts'
import { type Logto, openLogto } from './logto.ts'
import {
  type Asked,
  codeOf,
  createMade,
  type Made,
  type MadeApplication,
  type MadeResource,
  type MadeUser,
  signInTo,
  tokenOf,
} from './made.ts'

// Facts about signing in: what is asked, what comes back, and what kind of token it is.

let logto: Logto
let made: Made
let resource: MadeResource
let application: MadeApplication
let alice: MadeUser
let bob: MadeUser
beforeAll(async () => {
  logto = await openLogto()
  made = createMade(logto)
  resource = await made.resource('api', 'read', 'write')
  application = await made.application('client')
  const role = await made.role('reader', [resource.scopeIds['read'] ?? ''])
  alice = await made.user('alice', [role])
  bob = await made.user('bob')
})

const opaque = /^[\w-]{43}$/
const signIn = (scope: string, more: Partial<Asked> = {}) =>
  signInTo(logto, { user: alice, application, scope, ...more })
const here = () => ({ resource: [resource.indicator] })
const atBoth = () => ({ ...here(), atToken: { resource: resource.indicator } })
const consent = { more: { prompt: 'consent' } }

function errorOf(signedIn: SignedIn): Record<string, string> {
  return 'callback' in signedIn ? Object.fromEntries(signedIn.callback) : {}
}

const ask = (scope: string, more: Record<string, string> = {}, at: string[] = [resource.indicator]) =>
  createBrowser(logto).signIn({ ...alice, clientId: application.id, scope, resource: at, more })

describe('a sign-in', () => {
  test('comes back with code, state and iss', async () => {
    const signedIn = await ask('read')
    const { code, state, iss, ...others } = errorOf(signedIn)
    expect([code !== undefined, state, iss?.endsWith('/oidc'), others]).toEqual([true, 'a-state', true, {}])
  })

  test('may be asked for by a form', async () => {
    const asked = { ...alice, clientId: application.id, scope: 'read', ...here(), isForm: true }
    expect(errorOf(await createBrowser(logto).signIn(asked))).toHaveProperty('code')
  })

  test('with a wrong password is 422', async () => {
    const wrong = { ...alice, password: 'wrong', clientId: application.id, scope: 'read', ...here() }
    expect(await createBrowser(logto).signIn(wrong)).toMatchObject({
      refused: { status: 422, body: { code: 'session.invalid_credentials' } },
    })
  })

  test('to a redirect URI that is not registered is 400 in JSON, without a redirect', async () => {
    expect(await ask('read', { redirect_uri: 'https://evil.example/' })).toMatchObject({
      refused: {
        status: 400,
        body: {
          code: 'oidc.invalid_redirect_uri',
          error: 'invalid_redirect_uri',
          message: "`redirect_uri` did not match any of the client's registered `redirect_uris`.",
          state: 'a-state',
        },
      },
    })
  })

  test('of a public client without PKCE is refused in the redirect', async () => {
    const { id } = await made.application('public', { type: 'SPA' })
    const asked = { ...alice, clientId: id, scope: 'read', ...here() }
    expect(errorOf(await createBrowser(logto).signIn(asked))).toMatchObject({
      error: 'invalid_request',
      error_description: 'Authorization Server policy requires PKCE to be used for this request',
    })
  })

  test('for an unknown resource is refused in the redirect: invalid_target', async () => {
    for (const unknown of [resource.indicator.slice(0, -1), 'https://nowhere.example/'])
      expect(errorOf(await ask('read', {}, [unknown]))).toMatchObject({
        error: 'invalid_target',
        error_description: 'resource indicator is missing, or unknown',
      })
  })

  test('for permissions that the user does not hold, and nothing else, is access_denied', async () => {
    const asked = { ...bob, clientId: application.id, scope: 'read write', ...here() }
    const error = errorOf(await createBrowser(logto).signIn(asked))
    expect(error).toMatchObject({ error: 'access_denied' })
    expect(error).not.toHaveProperty('error_description')
  })
})

describe('an access token', () => {
  test('for a resource is a JWT with eight claims, and holds what the user may do', async () => {
    const { access_token, scope } = await signIn('read write', here())
    expect(scope).toBe('read')
    expect(decodeProtectedHeader(access_token)).toMatchObject({ typ: 'at+jwt' })
    const claims = decodeJwt(access_token)
    expect(claims).toMatchObject({
      ...{ sub: alice.id, scope: 'read', client_id: application.id, aud: resource.indicator },
    })
    const names = ['aud', 'client_id', 'exp', 'iat', 'iss', 'jti', 'scope', 'sub']
    expect(Object.keys(claims).sort()).toEqual(names)
  })

  test('with openid is opaque, unless the token request names the resource', async () => {
    expect((await signIn('openid read write', here())).access_token).toMatch(opaque)
    const { access_token, id_token = '' } = await signIn('openid read write', atBoth())
    expect(decodeJwt(access_token)).toMatchObject({ scope: 'read', aud: resource.indicator })
    expect(decodeProtectedHeader(id_token)).not.toHaveProperty('typ')
    expect(decodeJwt(id_token).aud).toBe(application.id)
  })

  test('of a user without a role says scope: "" where the profile was granted', async () => {
    const { access_token } = await signIn('openid read', { ...atBoth(), user: bob })
    expect(decodeJwt(access_token)).toHaveProperty('scope', '')
  })

  test('is for one of several resources, which a comma may separate', async () => {
    const second = await made.resource('second', 'read')
    const asked = { resource: [`${resource.indicator},${second.indicator}`] }
    const atToken = { resource: second.indicator }
    const { access_token } = await signIn('openid read', { ...asked, atToken })
    expect(decodeJwt(access_token).aud).toBe(second.indicator)
  })
})

describe('a refresh token', () => {
  test('needs prompt=consent beside offline_access', async () => {
    expect(await signIn('offline_access read', here())).not.toHaveProperty('refresh_token')
    expect(await signIn('offline_access read', { ...here(), ...consent })).toHaveProperty('refresh_token')
  })

  test('comes unasked to an application that always gets one', async () => {
    const customClientMetadata = { alwaysIssueRefreshToken: true }
    const always = await made.application('always', { customClientMetadata })
    expect(await signIn('read', { ...here(), application: always })).toHaveProperty('refresh_token')
  })

  test('of a confidential client stays the same, and does not widen the scope', async () => {
    const { refresh_token = '' } = await signIn('offline_access read', { ...here(), ...consent })
    const refresh = (more: Record<string, string>) =>
      tokenOf(logto, application, { grant_type: 'refresh_token', refresh_token, ...more })
    expect(await refresh({})).toMatchObject({ status: 200, body: { refresh_token, scope: 'read' } })
    expect(await refresh({ scope: 'write' })).toMatchObject({
      status: 400,
      body: {
        code: 'oidc.invalid_scope',
        message: 'Invalid scope: {{error_description}}.',
        error: 'invalid_scope',
        error_description: 'refresh token missing requested scope',
        scope: 'write',
      },
    })
  })

  test('loses at once what a role no longer grants', async () => {
    const scopeId = resource.scopeIds['write'] ?? ''
    const role = await made.role('losing', [scopeId])
    const user = await made.user('loser', [role])
    const asked = { user, ...here(), ...consent }
    const { refresh_token = '', scope } = await signIn('offline_access write', asked)
    expect(scope).toBe('write')
    await logto.api('DELETE', `roles/${role}/scopes/${scopeId}`)
    const fields = { grant_type: 'refresh_token', refresh_token }
    const { body } = await tokenOf(logto, application, fields)
    expect(decodeJwt(String(Object(body).access_token))).toHaveProperty('scope', '')
  })
})

describe('a code', () => {
  test('that comes twice ends the whole grant', async () => {
    const code = await codeOf(logto, { user: alice, application, scope: 'openid' })
    const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
    const first = await tokenOf(logto, application, fields)
    expect(first.status).toBe(200)
    expect(await tokenOf(logto, application, fields)).toMatchObject({
      status: 400,
      body: {
        code: 'oidc.invalid_grant',
        message: 'Grant request is invalid.',
        error_uri: 'https://openid.sh/debug/invalid_grant',
        error: 'invalid_grant',
        error_description: 'grant request is invalid',
      },
    })
    const headers = { authorization: `Bearer ${Object(first.body).access_token}` }
    expect((await fetch(`${logto.endpoint}/oidc/me`, { headers })).status).toBe(401)
  })
})
