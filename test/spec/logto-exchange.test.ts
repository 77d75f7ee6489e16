import { decodeJwt } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { requestToken, type SignInRefused, signIn, type TokenResponse } from '../../src/dev/demo/sign-in.ts'
import { exampleResource } from '../../src/dev/logto/data.ts'
import { type StandInLogto, startStandInLogto } from '../../src/dev/logto/stand-in-logto.ts'

let logto: StandInLogto
beforeEach(async () => {
  logto = await startStandInLogto()
  return () => logto.close()
})

const alice = { username: 'alice', password: 'alice-password' }
const aliceId = '7q6j4duell21'
const accessToken = 'urn:ietf:params:oauth:token-type:access_token'
const personalToken = 'urn:logto:token-type:personal_access_token'

function exchange(
  subject_token: string,
  more: Record<string, string> = {},
  clientId = 'gateway',
): Promise<TokenResponse> {
  const grant_type = 'urn:ietf:params:oauth:grant-type:token-exchange'
  const parameters = { grant_type, subject_token, subject_token_type: accessToken, ...more }
  return requestToken(logto, clientId, parameters)
}

async function refusalOf(attempt: Promise<unknown>): Promise<Pick<SignInRefused, 'status' | 'body'>> {
  const { status, body } = (await attempt.catch((error: unknown) => error)) as SignInRefused
  return { status, body }
}

const ofResource = { resource: exampleResource, scope: 'read write' }
const sign = async (scope: string) => (await signIn(logto, { ...alice, scope })).access_token

async function personalAccessToken(more: Record<string, unknown> = {}): Promise<string> {
  const path = `users/${aliceId}/personal-access-tokens`
  const { body } = await logto.management.call('POST', path, { name: 'cli', ...more })
  return String(Object(body).value)
}

async function impersonate(userId = aliceId): Promise<string> {
  return String(Object((await logto.management.call('POST', 'subject-tokens', { userId })).body).subjectToken)
}

describe('token exchange', () => {
  test.each([['openid profile'], ['read']])(
    'takes a token of scope %s for one of a resource',
    async (scope) => {
      const tokens = await exchange(await sign(scope), ofResource)
      expect(Object.keys(tokens)).toEqual(['access_token', 'expires_in', 'scope', 'token_type'])
      expect(decodeJwt(tokens.access_token)).toMatchObject({
        ...{ sub: aliceId, client_id: 'gateway', scope: 'read', aud: exampleResource },
      })
    },
  )

  test('without a resource gives an opaque token, whatever the Default API', async () => {
    const { access_token, scope } = await exchange(await sign('openid'), { scope: 'openid profile read' })
    expect(access_token).toMatch(/^[\w-]{43}$/)
    expect(scope).toBe('openid profile')
  })

  test('gives an empty scope to who asks for none', async () => {
    const { access_token } = await exchange(await sign('openid'), { resource: exampleResource })
    expect(decodeJwt(access_token)).toHaveProperty('scope', '')
  })

  test('takes a personal access token, until it expires', async () => {
    const token = await personalAccessToken()
    const more = { ...ofResource, subject_token_type: personalToken }
    expect(decodeJwt((await exchange(token, more)).access_token)).toMatchObject({ sub: aliceId })
    const expired = await personalAccessToken({ name: 'old', expiresAt: Date.now() - 1 })
    expect((await refusalOf(exchange(expired, more))).body).toMatchObject({ error: 'invalid_grant' })
  })

  test('takes a token of impersonation once', async () => {
    const token = await impersonate()
    expect(decodeJwt((await exchange(token, ofResource)).access_token)).toMatchObject({ sub: aliceId })
    expect((await refusalOf(exchange(token, ofResource))).body).toMatchObject({ error: 'invalid_grant' })
  })

  test('names the actor, whose token must hold openid', async () => {
    const bob = { username: 'bob', password: 'bob-password' }
    const { access_token: actor_token } = await signIn(logto, { ...bob, scope: 'openid' })
    const { access_token } = await exchange(await impersonate(), { ...ofResource, actor_token })
    expect(decodeJwt(access_token)).toMatchObject({ sub: aliceId, act: { sub: 'k2m8x0trv5ob' } })
    const refused = exchange(await impersonate(), { ...ofResource, actor_token: 'x' })
    expect((await refusalOf(refused)).body).toMatchObject({ error: 'invalid_grant' })
  })

  test.each<[string, () => Promise<string>]>([
    ['garbage', async () => 'x'.repeat(43)],
    ['an ID token', async () => (await signIn(logto, { ...alice, scope: 'openid' })).id_token ?? ''],
    [
      'the token of a machine',
      async () => {
        const asked = { grant_type: 'client_credentials', scope: 'read' }
        return (await requestToken(logto, 'nightly-job', asked)).access_token
      },
    ],
    ['a personal access token of the wrong type', () => personalAccessToken()],
    [
      'the token of a suspended user',
      async () => {
        const token = await sign('openid')
        await logto.management.call('PATCH', `users/${aliceId}/is-suspended`, { isSuspended: true })
        return token
      },
    ],
  ])('refuses %s: 400 invalid_grant', async (_name, token) => {
    expect(await refusalOf(exchange(await token(), ofResource))).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'grant request is invalid' },
    })
  })

  test('refuses an unknown resource, and an application that may not', async () => {
    const unknown = exchange(await sign('openid'), { resource: 'https://nowhere.example/' })
    expect((await refusalOf(unknown)).body).toMatchObject({ error: 'invalid_target' })
    expect(await refusalOf(exchange(await sign('openid'), ofResource, 'chatgpt'))).toMatchObject({
      status: 400,
      body: {
        error: 'invalid_request',
        error_description: 'requested grant type is not allowed for this client',
      },
    })
  })
})

describe('custom claims', () => {
  const setScript = (script: string) =>
    logto.management.call('PUT', 'configs/jwt-customizer/access-token', { script })

  test('are what the script gives, and override nothing that Logto says', async () => {
    const claims = '({ plan: context.user.customData.plan, sub: "x", scope: "x", aud: "x", client_id: "x" })'
    const script = `const getCustomJwtClaims = async ({ context }) => ${claims}`
    await logto.management.call('PATCH', `users/${aliceId}/custom-data`, { customData: { plan: 'gold' } })
    expect((await setScript(script)).status).toBe(201)
    expect((await setScript(script)).status).toBe(200)
    expect(decodeJwt(await sign('read'))).toMatchObject({
      ...{ plan: 'gold', sub: aliceId, scope: 'read', aud: exampleResource, client_id: 'chatgpt' },
    })
  })

  test.each([
    ['throws', 'const getCustomJwtClaims = async () => { throw new Error("no") }'],
    ['is none', 'this is no script'],
    ['does not end', 'const getCustomJwtClaims = async () => { for (;;); }'],
  ])('are absent when the script %s', async (_name, script) => {
    await setScript(script)
    expect(Object.keys(decodeJwt(await sign('read')))).toHaveLength(8)
  })

  test('may deny access: 400 access_denied', async () => {
    await setScript('const getCustomJwtClaims = async ({ api }) => api.denyAccess("nope")')
    expect(await refusalOf(sign('read'))).toMatchObject({
      status: 400,
      body: { error: 'access_denied', error_description: 'nope' },
    })
  })
})
