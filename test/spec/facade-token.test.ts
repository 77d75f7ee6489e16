import { once } from 'node:events'
import { connect } from 'node:net'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { exampleResource } from '../../src/dev/logto/data.ts'
import {
  callback,
  chatgptSecret,
  createScripted,
  createStory,
  type Facade,
  type How,
  type Parameters,
  redeem,
  type ScriptedIssuer,
  sendTokens,
} from '../support/facade.ts'

let facade: Facade & { readonly issuer: ScriptedIssuer }
beforeEach(async () => {
  facade = await createScripted((response) => sendTokens(response, undefined, { refresh_token: 'r2' }))
})

const basic = (id: string, secret = chatgptSecret) =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`

/** Refused by the facade: Logto hears nothing of it. */
async function expectRefused(
  attempt: { parameters?: Parameters; how?: How; raw?: { body: string; headers?: Record<string, string> } },
  status: number,
  error: string,
): Promise<void> {
  const { parameters = redeem, how, raw } = attempt
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const answer = raw
    ? await facade.call('/oauth/token', { method: 'POST', ...raw, headers: { ...form, ...raw.headers } })
    : await facade.token(parameters, how)
  const { error: told, error_description: description, ...rest } = JSON.parse(answer.body)
  expect([answer.status, told, rest]).toEqual([status, error, {}])
  expect(description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
  expect(answer.headers).toMatchObject({
    ...{ 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' },
  })
  expect(facade.line()).toMatchObject({ outcome: 'refuse', status, detail: description })
  expect(facade.issuer.asked).toEqual([])
}

describe('a token request is made anew', () => {
  test('with resource once, and without scope and whatever else came', async () => {
    const answer = await facade.token({
      ...redeem,
      ...{
        scope: 'openid read',
        resource: exampleResource,
        organization_id: 'o1',
        audience: 'x',
        foo: 'bar',
      },
      ...{ code_verifier: 'v' },
    })
    expect(answer.status).toBe(200)
    expect(Object.fromEntries(facade.issuer.asked[0]?.form ?? [])).toEqual({
      ...redeem,
      ...{
        client_id: 'chatgpt',
        client_secret: chatgptSecret,
        code_verifier: 'v',
        resource: exampleResource,
      },
    })
    expect(facade.issuer.asked[0]?.form.getAll('resource')).toHaveLength(1)
  })

  test('with resource at a refresh too', async () => {
    await facade.token(
      { grant_type: 'refresh_token', refresh_token: 'r1', scope: 'read write' },
      { json: true },
    )
    expect(facade.issuer.asked[0]?.form.get('resource')).toBe(exampleResource)
    expect(facade.issuer.asked[0]?.form.has('scope')).toBe(false)
    expect(facade.issuer.asked[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded')
  })

  test('with client authentication as it came, and no other header: Logto refuses a foreign Origin', async () => {
    const headers = {
      Origin: 'https://chatgpt.com',
      Cookie: 'a=b',
      'X-Forwarded-For': '192.0.2.1',
      'User-Agent': 'GPT',
    }
    await facade.token(redeem, { basic: true, headers: { ...headers, 'X-Request-Id': 'r1' } })
    const [asked] = facade.issuer.asked
    expect(asked?.headers.authorization).toBe(basic('chatgpt'))
    expect(asked?.form.has('client_secret')).toBe(false)
    expect(Object.keys(asked?.headers ?? {}).sort()).toEqual([
      ...[
        'accept',
        'accept-encoding',
        'authorization',
        'connection',
        'content-length',
        'content-type',
        'host',
      ],
      'user-agent',
    ])
    expect(asked?.headers['user-agent']).not.toBe('GPT')
  })

  test('with an assertion as it came', async () => {
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    const assertion = { client_assertion: 'a.b.c', client_assertion_type: type }
    await facade.token({ ...redeem, ...assertion }, { secret: '' })
    expect(Object.fromEntries(facade.issuer.asked[0]?.form ?? [])).toMatchObject(assertion)
  })
})

describe('a client that is not known here is 401, and Logto is not asked', () => {
  test.each<[string, Parameters, How]>([
    ['in the body', { client_id: 'other' }, {}],
    ['not there', { client_id: '' }, {}],
    ['with a known one in another letter case', { client_id: 'ChatGPT' }, {}],
    ['as JSON', { client_id: 'other' }, { json: true }],
  ])('%s', (_, parameters, how) =>
    expectRefused({ parameters: { ...redeem, ...parameters }, how }, 401, 'invalid_client'),
  )

  test.each([
    ['another by Basic', basic('other')],
    ['a bearer token', 'Bearer abc'],
    ['Basic without base64', 'Basic chatgpt:secret'],
    ['base64 without its padding', basic('chatgpt', 'xx').replaceAll('=', '')],
    ['base64 with spare bits', basic('chatgpt', 'xx').replace(/.==$/, 'B==')],
    ['base64 with a line feed in the id', basic('chatgpt%0A')],
    ['no colon', `Basic ${Buffer.from('chatgpt').toString('base64')}`],
    ['broken escapes', basic('%zz')],
  ])('%s, with a challenge', async (_, Authorization) => {
    const how = { basic: true, headers: { Authorization } }
    await expectRefused({ how }, 401, 'invalid_client')
    const { headers } = await facade.token(redeem, how)
    expect(headers['www-authenticate']).toMatch(/^Basic realm=/)
  })
})

describe('one method of client authentication only', () => {
  test.each<[string, Parameters, How]>([
    ['Basic beside a secret', { client_secret: 'x' }, { basic: true }],
    ['Basic beside an assertion', { client_assertion: 'x' }, { basic: true }],
    ['a secret beside an assertion', { client_assertion: 'x' }, {}],
    ['Basic beside another client_id', { client_id: 'other' }, { basic: true }],
  ])('%s', (_, parameters, how) =>
    expectRefused({ parameters: { ...redeem, ...parameters }, how }, 400, 'invalid_request'),
  )

  test('the same client_id beside Basic is none', async () => {
    expect((await facade.token({ ...redeem, client_id: 'chatgpt' }, { basic: true })).status).toBe(200)
  })

  test('an id with a colon and an umlaut is read as RFC 6749 writes it', async () => {
    await expectRefused(
      { how: { basic: true, headers: { Authorization: basic('chat%3Agpt') } } },
      401,
      'invalid_client',
    )
  })
})

describe('a request that Logto might read otherwise is refused', () => {
  const right = `${new URLSearchParams({ ...redeem, client_id: 'chatgpt', client_secret: chatgptSecret })}`
  test.each([
    ['a repeated parameter', `${right}&code=other`],
    ['a repeated resource', `${right}&resource=${encodeURIComponent(exampleResource)}&resource=https://a`],
    ['a repeated client', `${right}&client_id=other`],
    ['broken escapes', `${right}&x=%`],
    ['bytes outside ASCII', `${right}&x=\u00e9`],
    ['a line feed', `${right}\n`],
    ['no parameters', ''],
  ])('%s', (_, body) =>
    expectRefused(
      { raw: { body } },
      body === '' ? 401 : 400,
      body === '' ? 'invalid_client' : 'invalid_request',
    ),
  )

  const json = { 'Content-Type': 'application/json; charset=utf-8' }
  test.each([
    ['a member twice', '{"client_id":"other","client_id":"chatgpt"}'],
    ['a member twice, escaped', '{"client_id":"other","client_\\u0069d":"chatgpt"}'],
    ['a member that is no text', '{"client_id":"chatgpt","code":1}'],
    ['a list', '[]'],
    ['nothing', ''],
    ['half an object', '{"client_id":'],
  ])('in JSON: %s', (_, body) => expectRefused({ raw: { body, headers: json } }, 400, 'invalid_request'))

  test.each<[string, Record<string, string>]>([
    ['another content type', { 'Content-Type': 'text/plain' }],
    ['multipart', { 'Content-Type': 'multipart/form-data; boundary=x' }],
    ['a content coding', { 'Content-Encoding': 'gzip' }],
  ])('%s', (_, headers) => expectRefused({ raw: { body: right, headers } }, 400, 'invalid_request'))

  test('parameters in the query, which logs keep', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const answer = await facade.call('/oauth/token?code=x', { method: 'POST', body: right, headers })
    expect([answer.status, JSON.parse(answer.body).error]).toEqual([400, 'invalid_request'])
    expect(facade.issuer.asked).toEqual([])
    expect((await facade.call('/oauth/token?', { method: 'POST', body: right, headers })).status).toBe(200)
  })
})

describe('a request for anything else than tokens of this API is refused', () => {
  test.each<[string, Parameters, string]>([
    ['the resource of another API', { resource: 'https://other.example/' }, 'invalid_target'],
    ['client credentials', { grant_type: 'client_credentials' }, 'unsupported_grant_type'],
    ['a password', { grant_type: 'password' }, 'unsupported_grant_type'],
    [
      'a token exchange',
      { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange' },
      'unsupported_grant_type',
    ],
    ['no grant', { grant_type: '' }, 'invalid_request'],
    ['no code', { code: '' }, 'invalid_request'],
    ['no refresh token', { grant_type: 'refresh_token' }, 'invalid_request'],
  ])('%s', (_, parameters, error) => expectRefused({ parameters: { ...redeem, ...parameters } }, 400, error))
})

describe('a body', () => {
  const head = (more: string) =>
    `POST /oauth/token HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n${more}\r\n\r\n`

  async function send(text: string, keepOpen = false): Promise<string> {
    const socket = connect(facade.gateway.port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    let answer = ''
    socket.on('data', (chunk) => {
      answer += String(chunk)
    })
    socket.on('error', () => {})
    socket.write(text)
    if (!keepOpen) socket.end()
    await once(socket, 'close')
    return answer
  }

  test('of 1 MB is refused by its length, unread', async () => {
    const answer = await send(head('Content-Length: 1000000'), true)
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(answer).toContain('"error":"invalid_request"')
    expect(facade.line()).toMatchObject({ code: 'body_too_large', bytesIn: 0 })
  })

  test('in chunks is refused as soon as it is too large', async () => {
    const chunk = `${(8192).toString(16)}\r\n${'a'.repeat(8192)}\r\n`
    const answer = await send(head('Transfer-Encoding: chunked') + chunk.repeat(8), true)
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  })

  test('that is slow is refused after ten seconds', async () => {
    const answer = await send(`${head('Content-Length: 100')}grant_type=`, true)
    expect(answer).toMatch(/^HTTP\/1\.1 408 /)
    expect(facade.line()).toMatchObject({ code: 'request_timeout' })
    expect(facade.issuer.asked).toEqual([])
  }, 20_000)
})

describe('Logto has the last word', () => {
  test('on a stolen code that another client sends: invalid_grant, as Logto says it', async () => {
    const { logto, ...story } = await createStory(
      `chatgpt: { clients: [chatgpt, thief], redirectUris: ["${callback}"] }`,
    )
    logto.data.applications.push({
      ...{ id: 'thief', name: 'Thief', type: 'Traditional', secret: 'secret-of-the-thief' },
      ...{ redirectUris: [callback], roles: [] },
    })
    const code = (await story.signIn()).get('code') ?? ''
    const stolen = { ...redeem, code, client_id: 'thief', client_secret: 'secret-of-the-thief' }
    const answer = await story.token(stolen)
    expect([answer.status, answer.members['error'], answer.members['code']]).toEqual([
      ...[400, 'invalid_grant', 'oidc.invalid_grant'],
    ])
    expect(story.line()).toMatchObject({
      ...{ code: 'authorization_server_refused', outcome: 'refuse', status: 400 },
      detail: expect.stringContaining('invalid_grant: the code or refresh token was used'),
    })
  })

  test('on a wrong secret: 401 with its challenge', async () => {
    const story = await createStory()
    const answer = await story.token(redeem, { basic: true, secret: 'wrong' })
    expect([answer.status, answer.members['error']]).toEqual([401, 'invalid_client'])
    expect(answer.headers['www-authenticate']).toMatch(/^Basic realm=/)
  })

  test('on another redirect URI than the code was given out for', async () => {
    const story = await createStory()
    const code = (await story.signIn()).get('code') ?? ''
    const answer = await story.token({ ...redeem, code, redirect_uri: 'https://evil.test/cb' })
    expect([answer.status, answer.members['error']]).toEqual([400, 'invalid_grant'])
  })
})
