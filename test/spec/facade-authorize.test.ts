import { beforeEach, describe, expect, test } from 'vitest'
import { exampleResource } from '../../src/dev/logto/data.ts'
import {
  callback,
  chatgptBlock,
  createScripted,
  type Facade,
  type Parameters,
  rightQuery,
  type ScriptedIssuer,
} from '../support/facade.ts'
import { sendRaw } from '../support/raw.ts'
import type { Answer } from '../support/stage.ts'

let facade: Facade & { readonly issuer: ScriptedIssuer }
const start = async (more?: string) => {
  facade = await createScripted((response) => void response.end(), chatgptBlock(more))
}
beforeEach(() => start())

const queryOf = ({ headers }: Answer) => new URL(headers.location ?? '').searchParams
const passed = async (changes: Parameters) => {
  const answer = await facade.authorize(changes)
  expect(answer.status).toBe(302)
  expect(answer.headers.location).toMatch(new RegExp(`^${facade.issuer.origin}/oidc/auth\\?`))
  return queryOf(answer)
}

/** The page of the gateway's own: the browser is sent nowhere. */
async function expectPage(answer: Answer, text: RegExp): Promise<void> {
  expect(answer.status).toBe(400)
  expect(answer.headers.location).toBeUndefined()
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
  expect(answer.body).toMatch(text)
  expect(facade.line()).toMatchObject({
    code: 'oauth_request_refused',
    outcome: 'refuse',
    status: 400,
  })
}

async function expectTold(changes: Parameters, error: string): Promise<URLSearchParams> {
  const answer = await facade.authorize(changes)
  expect(answer.status).toBe(302)
  expect(answer.headers.location?.startsWith(`${callback}?`)).toBe(true)
  const query = queryOf(answer)
  expect(Object.fromEntries(query)).toEqual({
    ...{ error, state: 'state-of-1', iss: `${facade.issuer.origin}/oidc` },
    error_description: expect.stringMatching(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/),
  })
  expect(facade.line()).toMatchObject({
    code: 'oauth_request_refused',
    route: '/oauth/authorize',
  })
  return query
}

describe('a browser is sent on to Logto', () => {
  test('with resource, offline_access, prompt=consent, and nothing that is not known', async () => {
    const query = await passed({
      ...{ scope: 'write read', nonce: 'n', login_hint: 'alice', ui_locales: 'de', prompt: 'none' },
      ...{ code_challenge: 'c', code_challenge_method: 'S256', response_mode: 'form_post', claims: '{}' },
      ...{ id_token_hint: 'x', max_age: '0', organization_id: 'o1', acr_values: 'y' },
    })
    expect(Object.fromEntries(query)).toEqual({
      ...{ client_id: 'chatgpt', redirect_uri: callback, response_type: 'code', state: 'state-of-1' },
      ...{
        nonce: 'n',
        login_hint: 'alice',
        ui_locales: 'de',
        code_challenge: 'c',
        code_challenge_method: 'S256',
      },
      ...{ scope: 'offline_access read write', resource: exampleResource, prompt: 'consent' },
    })
    expect([...query.keys()].filter((name) => name === 'resource')).toHaveLength(1)
  })

  test.each([
    ['every configured scope when none is asked for', '', 'offline_access read write'],
    ['openid and unknown scopes cut', 'openid profile read admin', 'offline_access read'],
    ['order and repetition of no matter', 'write  write read', 'offline_access read write'],
    ['offline_access by refresh alone', 'offline_access read', 'offline_access read'],
  ])('%s', async (_, scope, sent) => {
    expect((await passed({ scope })).get('scope')).toBe(sent)
  })

  test('openid kept, no refresh token, an organization: as the file says', async () => {
    await start('refresh: false, openid: keep, scopes: write')
    const query = await passed({ scope: 'read openid write' })
    expect([query.get('scope'), query.get('prompt')]).toEqual(['openid write', null])
    const asked = await passed({ scope: 'offline_access write', prompt: 'consent' })
    expect([asked.get('scope'), asked.get('prompt')]).toEqual(['write', null])
    await start('organization: org-one')
    expect((await passed({ scope: '' })).get('scope')).toBe(
      'offline_access urn:logto:scope:organizations read write',
    )
  })

  test('by an answer that no cache keeps and that tells no other page its query', async () => {
    const { headers } = await facade.authorize()
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
    expect(headers).not.toHaveProperty('set-cookie')
  })

  test('wherever Host leads: no header of the request is in the target', async () => {
    const query = rightQuery()
    const raw = `GET /oauth/authorize?${query} HTTP/1.1\r\nHost: evil.test\r\nX-Forwarded-Host: evil.test\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n`
    const { text } = await sendRaw(facade.gateway.port, raw)
    expect(text).toMatch(new RegExp(`\r\nLocation: ${facade.issuer.origin}/oidc/auth\\?`))
    expect(text).not.toContain('evil')
  })
})

describe('nobody is redirected', () => {
  test.each([
    ['an unknown client', { client_id: 'other' }, /client_id is missing or not one of chatgpt\.clients/],
    ['no client', { client_id: '' }, /client_id is missing/],
    ['no redirect URI', { redirect_uri: '' }, /redirect_uri is missing/],
    ['another redirect URI', { redirect_uri: 'https://evil.test/cb' }, /not one of chatgpt\.redirectUris/],
    ['the redirect URI with more behind it', { redirect_uri: `${callback}/x` }, /not one of/],
    ['the redirect URI with a query', { redirect_uri: `${callback}?x` }, /not one of/],
    ['the redirect URI with a fragment', { redirect_uri: `${callback}#@evil.test` }, /not one of/],
    [
      'the host as a user',
      { redirect_uri: callback.replace('.example', '.example@evil.test') },
      /not one of/,
    ],
    ['another letter case', { redirect_uri: callback.toUpperCase() }, /not one of/],
    ['a dot segment', { redirect_uri: callback.replace('/g-1', '/../g-1') }, /not one of/],
    ['the state missing', { state: '' }, /state is missing/],
  ])('for %s', async (_, changes: Parameters, text) => {
    await expectPage(await facade.authorize(changes), text)
  })

  test.each([
    ['another redirect URI behind the right one', '&redirect_uri=https%3A%2F%2Fevil.test%2Fcb'],
    ['the same parameter twice', '&state=state-of-1'],
    ['its name escaped', '&%73tate=x'],
    ['one without a value', '&state'],
    ['a parameter twice that is not passed on', '&x=1&x=2'],
  ])('for a repeated parameter: %s', async (_, more) => {
    await expectPage(await facade.call(`/oauth/authorize?${rightQuery()}${more}`), /more than once/)
  })

  test.each(['&x=%zz', '&x=%ff', '&x=%c0%ae', '&%ed%a0%80=1'])(
    'for escapes that are no UTF-8: %s',
    async (more) => {
      await expectPage(
        await facade.call(`/oauth/authorize?${rightQuery()}${more}`),
        /not percent-encoded UTF-8/,
      )
    },
  )

  test('for nothing at all', async () => {
    await expectPage(await facade.call('/oauth/authorize'), /client_id is missing/)
  })
})

describe('the page', () => {
  test('shows the redirect URI escaped, runs nothing, and loads nothing', async () => {
    const evil = 'https://evil.test/"><script>alert(1)</script>\u202e<img src=x onerror=y>&amp;'
    const { body, headers } = await facade.authorize({ redirect_uri: evil })
    expect(body).not.toMatch(/<(?:script|img)/)
    expect(body).toContain(
      'https://evil.test/&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;%E2%80%AE&lt;img',
    )
    expect(body).toContain('&amp;amp;')
    expect(body).toMatch(/^[\n\x20-\x7e]+$/)
    expect(headers['content-security-policy']).toMatch(/^default-src 'none';.*frame-ancestors 'none'/)
    expect(headers).toMatchObject({
      ...{
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
      },
    })
  })

  test('has the line to add for a callback of a GPT, and a caution for anything else', async () => {
    const mine = 'https://chatgpt.com/aip/g-2/oauth/callback'
    const { body } = await facade.authorize({ redirect_uri: mine })
    expect(body).toContain(`- &quot;${mine}&quot;`)
    expect(body).toContain('If the GPT editor shows this callback URL')
    const other = await facade.authorize({
      redirect_uri: 'https://chatgpt.com.evil.test/aip/g-2/oauth/callback',
    })
    expect(other.body).toContain('It does not look like a callback URL of a GPT')
    expect((await facade.authorize({ redirect_uri: 'https://a.test/'.padEnd(900, 'x') })).body).toContain(
      'x...<',
    )
  })
})

describe('ChatGPT is told at its redirect URI', () => {
  test.each([
    ['the implicit flow', { response_type: 'token' }, 'unsupported_response_type'],
    ['the hybrid flow', { response_type: 'code id_token' }, 'unsupported_response_type'],
    ['no response type', { response_type: '' }, 'unsupported_response_type'],
    ['a request object', { request: 'eyJ' }, 'request_not_supported'],
    ['a request_uri that somebody pushed', { request_uri: 'urn:x' }, 'request_uri_not_supported'],
    ['the resource of another API', { resource: 'https://other.example/' }, 'invalid_target'],
    ['the resource without its slash', { resource: exampleResource.slice(0, -1) }, 'invalid_target'],
    ['no scope of the API', { scope: 'openid offline_access admin' }, 'invalid_scope'],
  ])('%s', async (_, changes: Parameters, error) => {
    await expectTold(changes, error)
  })

  test('with any state, as it came', async () => {
    const state = '"a&error=x\r\nSet-Cookie: y#ü'
    const answer = await facade.authorize({ state, response_type: 'token' })
    expect(queryOf(answer).get('state')).toBe(state)
    expect(answer.headers).not.toHaveProperty('set-cookie')
  })

  test('its own resource is none to be told of', async () => {
    expect((await passed({ resource: exampleResource })).getAll('resource')).toEqual([exampleResource])
  })
})

test('every other method is 405, and a look-alike of the path is refused', async () => {
  const posted = await facade.call('/oauth/authorize', { method: 'POST', body: 'x' })
  expect([posted.status, posted.headers.allow]).toEqual([405, 'GET'])
  expect((await facade.authorize({}, { method: 'HEAD' })).status).toBe(405)
  const got = await facade.call('/oauth/token')
  expect([got.status, got.headers.allow]).toEqual([405, 'POST'])
  const alike = await facade.call(`/OAuth/authorize?${rightQuery()}`)
  expect([alike.status, alike.problem.code]).toEqual([400, 'ambiguous_target'])
  expect((await facade.call('/oauth/other')).status).toBe(404)
})

test('answers at the hosts of its API alone', async () => {
  const { issuer } = facade
  const block = chatgptBlock()
  await facade.gateway.reload(`issuer: { logto: "${issuer.origin}", tokenEndpoint: "${issuer.origin}/oidc/token" }
apis:
  todo: { hosts: [api.test], resource: "${exampleResource}", upstream: "http://127.0.0.1:9", routes: { /todos: read } }
${block}`)
  const at = (Host: string) => facade.authorize({}, { headers: { Host } })
  expect([(await at('api.test')).status, (await at('API.test:443')).status]).toEqual([302, 302])
  expect((await at('other.test')).status).toBe(404)
})

test('keeps the query of a redirect URI that has one', async () => {
  const uri = 'https://chat.example/cb?a=1'
  const { issuer } = facade
  await facade.gateway.reload(`issuer: { logto: "${issuer.origin}", tokenEndpoint: "${issuer.origin}/oidc/token" }
apis: { todo: { resource: "${exampleResource}", upstream: "http://127.0.0.1:9", routes: { /todos: read } } }
chatgpt: { clients: [chatgpt], redirectUris: ["${uri}"] }`)
  const { headers } = await facade.authorize({ redirect_uri: uri, response_type: 'token' })
  expect(headers.location).toMatch(/^https:\/\/chat\.example\/cb\?a=1&error=unsupported_response_type&/)
})
