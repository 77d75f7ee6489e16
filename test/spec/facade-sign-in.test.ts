import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { signIn } from '../../src/dev/demo/sign-in.ts'
import { exampleResource } from '../../src/dev/logto/data.ts'
import { chatgptBlock, createStory, type How, type Story } from '../support/facade.ts'

// The Default API of the tenant is off, and ChatGPT asks for `openid`: without the facade that is a dead end.

const asChatGpt = { scope: 'openid read write' }

async function expectStory(how: How): Promise<void> {
  const story = await createStory(`tokens: { clockTolerance: 0s }\n${chatgptBlock()}`)
  story.logto.data.resources[0] = { ...resourceOf(story), accessTokenTtl: 2 }
  const first = await story.tokens(asChatGpt, 'alice', how)
  expect(decodeJwt(first['access_token'] ?? '')).toMatchObject({
    scope: 'read',
    aud: 'https://api.example.com/',
  })
  const get = (token = '') => story.call('/todos', { token })
  expect((await get(first['access_token'])).status).toBe(200)
  const posted = await story.call('/todos', { method: 'POST', token: first['access_token'] ?? '' })
  expect([posted.status, posted.problem.code]).toEqual([403, 'insufficient_scope'])
  await expect.poll(async () => (await get(first['access_token'])).status, { timeout: 8000 }).toBe(401)
  const refresh = { grant_type: 'refresh_token', refresh_token: first['refresh_token'] ?? '' }
  const second = (await story.token({ ...refresh, scope: 'openid read write' }, how)).members
  expect(decodeJwt(second['access_token'] ?? '')).toMatchObject({ scope: 'read' })
  expect((await get(second['access_token'])).status).toBe(200)
}

function resourceOf({ logto }: Story) {
  const [resource] = logto.data.resources
  if (resource === undefined) throw new Error('the tenant has no API')
  return resource
}

describe('ChatGPT signs in, calls, and refreshes when its token has expired', () => {
  test.each<[string, How]>([
    ['the secret in a form', {}],
    ['the secret by Basic', { basic: true }],
    ['JSON', { json: true }],
    ['JSON beside Basic', { json: true, basic: true }],
  ])('with %s', (_, how) => expectStory(how))

  test('and the browser comes back with its state and the iss of Logto', async () => {
    const story = await createStory()
    const callback = await story.signIn({ ...asChatGpt, state: 'a b&c=ü' })
    expect(callback.get('state')).toBe('a b&c=ü')
    expect(callback.get('iss')).toBe(story.logto.issuer)
  })

  test('with an empty scope, which stands for every configured one', async () => {
    const story = await createStory()
    const answer = await story.call(
      `/oauth/authorize?response_type=code&client_id=chatgpt&state=s&scope=&redirect_uri=${encodeURIComponent('https://chatgpt.example/aip/g-1/oauth/callback')}`,
    )
    expect(queryOf(answer).get('scope')).toBe('offline_access read write')
  })

  test('and gets an ID token beside the JWT where openid is kept', async () => {
    const story = await createStory(chatgptBlock('openid: keep'))
    const tokens = await story.tokens(asChatGpt)
    expect(decodeJwt(tokens['access_token'] ?? '')).toMatchObject({ scope: 'read' })
    expect(tokens).toHaveProperty('id_token')
    expect(await createStory().then((other) => other.tokens(asChatGpt))).not.toHaveProperty('id_token')
  })

  test('as a third party, for which Logto asks the user for consent', async () => {
    const story = await createStory()
    const application = story.logto.data.applications.find(({ id }) => id === 'chatgpt')
    Object.assign(application ?? {}, { isThirdParty: true, consent: { [exampleResource]: ['read'] } })
    const tokens = await story.tokens(asChatGpt)
    expect(decodeJwt(tokens['access_token'] ?? '')).toMatchObject({ scope: 'read', aud: exampleResource })
    expect(tokens).toHaveProperty('refresh_token')
  })

  test('and gets no refresh token where that is switched off', async () => {
    const story = await createStory(chatgptBlock('refresh: false'))
    const tokens = await story.tokens({ scope: 'openid offline_access read', prompt: 'consent' })
    expect(decodeJwt(tokens['access_token'] ?? '')).toMatchObject({ scope: 'read' })
    expect(tokens).not.toHaveProperty('refresh_token')
  })
})

describe('without the facade', () => {
  test('the same ends in an opaque token and a 401 that explains it', async () => {
    const { logto, call, gateway } = await createStory()
    const person = { username: 'alice', password: 'alice-password' }
    const tokens = await signIn(logto, { ...person, ...asChatGpt })
    const answer = await call('/todos', { token: tokens.access_token })
    expect(answer.status).toBe(401)
    expect(answer.problem.detail).toMatch(/opaque/)
    expect(gateway.logText()).toContain('opaque')
  })
})

describe('a user whom the API would refuse anyway', () => {
  test('is told so before ChatGPT has a token: no role, so none of the scopes', async () => {
    const story = await createStory()
    const callback = await story.signIn(asChatGpt, 'bob')
    const redeemed = { grant_type: 'authorization_code', code: callback.get('code') ?? '' }
    const answer = await story.token({
      ...redeemed,
      redirect_uri: 'https://chatgpt.example/aip/g-1/oauth/callback',
    })
    expect([answer.status, answer.members['error']]).toEqual([400, 'invalid_scope'])
    expect(answer.members['error_description']).toMatch(
      /^The user holds none of the scopes read write: in Logto,/,
    )
    expect(story.line()).toMatchObject({
      ...{ code: 'oauth_token_refused', route: '/oauth/token', path: '/oauth/token', outcome: 'refuse' },
      detail: answer.members['error_description'],
    })
  })

  test('who lost the role is told so at the next refresh', async () => {
    const story = await createStory()
    const { refresh_token = '' } = await story.tokens(asChatGpt)
    for (const user of story.logto.data.users) user.roles = []
    const answer = await story.token({ grant_type: 'refresh_token', refresh_token })
    expect([answer.status, answer.members['error']]).toEqual([400, 'invalid_scope'])
  })
})

function queryOf({ headers }: { headers: { location?: string | undefined } }): URLSearchParams {
  return new URL(headers.location ?? '').searchParams
}
