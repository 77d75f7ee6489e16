import { decodeJwt } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Answer, basic, type Logto, openLogto } from './logto.ts'
import {
  createMade,
  type Made,
  type MadeApplication,
  type MadeResource,
  type MadeUser,
  signInTo,
  tokenOf,
} from './made.ts'

// Facts about token exchange, personal access tokens and impersonation.

let logto: Logto
let made: Made
let resource: MadeResource
let exchanger: MadeApplication
let client: MadeApplication
let user: MadeUser
beforeAll(async () => {
  logto = await openLogto()
  made = createMade(logto)
  resource = await made.resource('exchanged', 'read', 'write')
  const customClientMetadata = { allowTokenExchange: true }
  exchanger = await made.application('exchanger', { type: 'MachineToMachine', customClientMetadata })
  client = await made.application('client of exchanges')
  user = await made.user('exchanged', [await made.role('exchanged', [resource.scopeIds['read'] ?? ''])])
})

const accessToken = 'urn:ietf:params:oauth:token-type:access_token'
const personalToken = 'urn:logto:token-type:personal_access_token'

function exchange(
  subject_token: string,
  more: Readonly<Record<string, string>> = {},
  application = exchanger,
): Promise<Answer> {
  return tokenOf(logto, application, {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token,
    subject_token_type: accessToken,
    ...more,
  })
}

const forResource = () => ({ resource: resource.indicator, scope: 'read write' })
const claimsOf = ({ body }: Answer) => decodeJwt(String(Object(body).access_token))
const signIn = (scope: string, at: string[] = []) =>
  signInTo(logto, { user, application: client, scope, resource: at })
const refused = {
  status: 400,
  body: { error: 'invalid_grant', error_description: 'grant request is invalid' },
}

describe('token exchange', () => {
  test('takes an opaque token and a JWT for a JWT of its own', async () => {
    const tokens = [await signIn('openid'), await signIn('read', [resource.indicator])]
    for (const { access_token } of tokens) {
      const answer = await exchange(access_token, forResource())
      expect(answer.status).toBe(200)
      expect(Object.keys(Object(answer.body)).sort()).toEqual([
        ...['access_token', 'expires_in', 'scope', 'token_type'],
      ])
      expect(claimsOf(answer)).toMatchObject({
        ...{ sub: user.id, client_id: exchanger.id, scope: 'read', aud: resource.indicator },
      })
    }
  })

  test('without a resource gives an opaque token', async () => {
    const { access_token } = await signIn('openid')
    const { status, body } = await exchange(access_token, { scope: 'openid profile' })
    expect(status).toBe(200)
    expect(Object(body).access_token).toMatch(/^[\w-]{43}$/)
  })

  test('without openid gives a token that /oidc/me refuses: 403 insufficient_scope', async () => {
    const { body } = await exchange((await signIn('openid')).access_token, { scope: 'profile' })
    const headers = { authorization: `Bearer ${Object(body).access_token}` }
    const response = await fetch(`${logto.endpoint}/oidc/me`, { headers })
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({
      message: 'Token missing scope `{{scope}}`.',
      error: 'insufficient_scope',
      error_description: 'access token missing openid scope',
      scope: 'openid',
    })
  })

  test('without a scope gives "scope": ""', async () => {
    const answer = await exchange((await signIn('openid')).access_token, { resource: resource.indicator })
    expect(claimsOf(answer)).toHaveProperty('scope', '')
  })

  test('refuses garbage and ID tokens: invalid_grant', async () => {
    const { id_token = '' } = await signIn('openid')
    for (const token of ['x'.repeat(43), id_token])
      expect(await exchange(token, forResource())).toMatchObject(refused)
  })

  test('refuses an unknown resource: invalid_target', async () => {
    const { access_token } = await signIn('openid')
    expect(await exchange(access_token, { resource: 'https://nowhere.example/' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_target' },
    })
  })

  test('is for applications that may: else invalid_request', async () => {
    const { access_token } = await signIn('openid')
    expect(await exchange(access_token, forResource(), client)).toMatchObject({
      status: 400,
      body: {
        error: 'invalid_request',
        error_description: 'requested grant type is not allowed for this client',
      },
    })
  })

  test('is not for applications of third parties: 422', async () => {
    const oidcClientMetadata = { redirectUris: ['https://app.example/'], postLogoutRedirectUris: [] }
    const customClientMetadata = { allowTokenExchange: true }
    const body = { type: 'Traditional', isThirdParty: true, oidcClientMetadata, customClientMetadata }
    const answer = await logto.api('POST', 'applications', { name: logto.name('no exchange'), ...body })
    if (answer.status < 300) logto.remove(`applications/${Object(answer.body).id}`)
    expect(answer.status).toBe(422)
  })
})

describe('a personal access token', () => {
  const ofPerson = () => ({ ...forResource(), subject_token_type: personalToken })

  test('is exchanged as what it is, and introspected as inactive', async () => {
    const token = await made.personalToken(user)
    expect(token).toMatch(/^pat_/)
    expect(claimsOf(await exchange(token, ofPerson()))).toMatchObject({ sub: user.id, scope: 'read' })
    expect(await exchange(token, forResource())).toMatchObject(refused)
    const credentials = { authorization: basic(exchanger.id, exchanger.secret) }
    expect(await logto.post('token/introspection', { token }, credentials)).toMatchObject({
      status: 200,
      body: { active: false },
    })
  })

  test('is refused when it is unknown: invalid_grant', async () => {
    expect(await exchange(`pat_${'x'.repeat(32)}`, ofPerson())).toMatchObject(refused)
  })

  test('has a name of its own, and is listed with its value', async () => {
    const other = await made.user('listed')
    const value = await made.personalToken(other, { name: 'cli' })
    const path = `users/${other.id}/personal-access-tokens`
    expect(await logto.api('POST', path, { name: 'cli' })).toMatchObject({
      status: 422,
      body: { code: 'user.personal_access_token_name_exists' },
    })
    expect(await logto.api('GET', path)).toMatchObject({ status: 200, body: [{ name: 'cli', value }] })
    expect((await logto.api('DELETE', `${path}/cli`)).status).toBe(204)
  })
})

describe('a token of impersonation', () => {
  test('lives 600 seconds, and is exchanged once', async () => {
    const { status, body } = await logto.api('POST', 'subject-tokens', { userId: user.id })
    expect(status).toBe(201)
    expect(body).toMatchObject({ subjectToken: expect.stringMatching(/^sub_/), expiresIn: 600 })
    const token = String(Object(body).subjectToken)
    expect(claimsOf(await exchange(token, forResource()))).toMatchObject({ sub: user.id })
    expect(await exchange(token, forResource())).toMatchObject(refused)
  })

  test('is not made for an unknown user: 404', async () => {
    expect(await logto.api('POST', 'subject-tokens', { userId: 'nobody-has-this-id' })).toMatchObject({
      status: 404,
      body: { code: 'entity.relation_foreign_key_not_found' },
    })
  })

  test('is of no use for a user who is suspended', async () => {
    const suspended = await made.user('impersonated')
    await logto.api('PATCH', `users/${suspended.id}/is-suspended`, { isSuspended: true })
    const { status, body } = await logto.api('POST', 'subject-tokens', { userId: suspended.id })
    expect(status).toBe(201)
    expect(await exchange(String(Object(body).subjectToken), forResource())).toMatchObject(refused)
  })

  test('names its actor, whose token must hold openid', async () => {
    const actor = await made.user('actor')
    const make = async () =>
      String(Object((await logto.api('POST', 'subject-tokens', { userId: user.id })).body).subjectToken)
    const { access_token: actor_token } = await signInTo(logto, {
      ...{ user: actor, application: client, scope: 'openid' },
    })
    const more = { ...forResource(), actor_token_type: accessToken }
    expect(claimsOf(await exchange(await make(), { ...more, actor_token }))).toMatchObject({
      ...{ sub: user.id, act: { sub: actor.id } },
    })
    expect(await exchange(await make(), { ...more, actor_token: 'x' })).toMatchObject(refused)
  })
})
