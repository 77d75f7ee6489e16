import { createServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { exampleResource } from '../../src/dev/logto/data.ts'
import {
  chatgptBlock,
  createScripted,
  createStory,
  facadeFile,
  facadeOf,
  type Respond,
  redeem,
  sendTokens,
  unsigned,
} from '../support/facade.ts'
import { startGateway } from '../support/gateway.ts'

const now = () => Math.floor(Date.now() / 1000)

/** Answers with this text. */
const saying =
  (status: number, body: string, headers: Record<string, string> = {}): Respond =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)

async function ask(respond: Respond, block?: string) {
  const facade = await createScripted(respond, block)
  return { ...(await facade.token(redeem)), facade, line: facade.line() }
}

describe('an access token that the API would refuse is told as an OAuth error, with its mend', () => {
  const opaque = 'l8m_c7u_CtrTe5RoPxr_f2AK1ZAAMee3jcUGaKi8bFZ'
  test.each<[string, string, string, RegExp]>([
    [
      'opaque',
      opaque,
      'invalid_target',
      /opaque access token, not a JWT for https:\/\/api\.example\.com\/: in Logto/,
    ],
    ['five parts', 'a.b.c.d.e', 'invalid_target', /not a JWT/],
    ['no token at all', 'undefined', 'invalid_target', /not a JWT/],
    ['three parts that are no JSON', 'eyJh.eyJh.eyJh', 'invalid_target', /not a JWT/],
    [
      'for another API',
      unsigned({ aud: 'https://evil.test/' }),
      'invalid_target',
      /is for https:\/\/evil\.test\/, not/,
    ],
    [
      'for the API without its slash',
      unsigned({ aud: exampleResource.slice(0, -1) }),
      'invalid_target',
      /last slash/,
    ],
    ['for nobody', unsigned({ aud: undefined }), 'invalid_target', /is for none/],
    ['for a hostile text', unsigned({ aud: '"\\\r\né<b>' }), 'invalid_target', /is for \?\?\?\?\?<b>,/],
    ['expired', unsigned({ exp: now() - 60 }), 'invalid_target', /has expired already/],
    ['without an end', unsigned({ exp: undefined }), 'invalid_target', /has expired already/],
    [
      'without a scope',
      unsigned({ scope: '' }),
      'invalid_scope',
      /holds none of the scopes read write: in Logto/,
    ],
    ['without the claim', unsigned({ scope: undefined }), 'invalid_scope', /holds none/],
    ['with another scope', unsigned({ scope: 'admin openid' }), 'invalid_scope', /holds none/],
  ])('%s', async (_, token, error, description) => {
    const answer = await ask((response) =>
      sendTokens(response, token, { refresh_token: 'r2', id_token: 'i' }),
    )
    expect([answer.status, answer.members['error']]).toEqual([400, error])
    expect(answer.members['error_description']).toMatch(description)
    expect(answer.members['error_description']).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
    expect(Object.keys(answer.members)).toEqual(['error', 'error_description'])
    expect(answer.line).toMatchObject({
      code: 'oauth_token_refused',
      detail: answer.members['error_description'],
    })
  })

  test('one audience among several is enough, and one scope of several', async () => {
    const token = unsigned({ aud: ['https://other.example/', exampleResource], scope: 'admin write' })
    expect((await ask((response) => sendTokens(response, token))).status).toBe(200)
  })
})

describe('an answer of Logto', () => {
  test('gives ChatGPT its JSON alone: no cookie, no HSTS, no policy of another origin', async () => {
    const { status, headers, members } = await ask((response) => {
      response.setHeader('Set-Cookie', '_session=secret; Path=/')
      for (const name of [
        'Cross-Origin-Resource-Policy',
        'X-Frame-Options',
        'Logto-Core-Request-Id',
        'Alt-Svc',
      ])
        response.setHeader(name, 'same-origin')
      response.setHeader('Strict-Transport-Security', 'max-age=31536000; includeSubDomains')
      response.setHeader('Access-Control-Allow-Origin', '*')
      response.setHeader('Cache-Control', 'public, max-age=60')
      sendTokens(response, undefined, { refresh_token: 'r2', scope: 'read', name: 'J\u00fcrgen\u2028' })
    })
    expect([status, members['refresh_token'], members['name']]).toEqual([200, 'r2', 'J\u00fcrgen\u2028'])
    expect(Object.keys(headers).sort()).toEqual([
      ...['cache-control', 'connection', 'content-length', 'content-type', 'date', 'pragma', 'x-request-id'],
    ])
    expect(headers['cache-control']).toBe('no-store')
  })

  test('that is an error goes back with status, body, Retry-After and WWW-Authenticate', async () => {
    const body = '{"code":"oidc.invalid_client","error":"invalid_client","error_description":"no \u00fc"}'
    const sent = { 'WWW-Authenticate': 'Basic realm="x"', 'Retry-After': '7', 'Set-Cookie': 'a=b' }
    const answer = await ask(saying(401, body, sent))
    expect(answer.status).toBe(401)
    expect(answer.members).toEqual(JSON.parse(body))
    expect(answer.headers).toMatchObject({ 'www-authenticate': 'Basic realm="x"', 'retry-after': '7' })
    expect(answer.headers).not.toHaveProperty('set-cookie')
    expect(answer.line).toMatchObject({
      code: 'authorization_server_refused',
      detail: expect.stringMatching(/answered 401 invalid_client: compare id and secret/),
    })
  })

  test('says nothing of its own in the log, but a code of OAuth', async () => {
    const { facade } = await ask(
      saying(400, '{"error":"the-code-1 is wrong","error_description":"the-code-1"}'),
    )
    expect(facade.gateway.logText()).not.toContain('the-code-1')
    expect(facade.gateway.logText()).toContain('answered 400 an error without a code of OAuth')
  })

  test.each<[string, Respond, number, string]>([
    ['HTML', saying(200, '<html>Sign in to the hotel network</html>'), 502, 'server_error'],
    ['half an object', saying(200, '{"access_token":"'), 502, 'server_error'],
    ['two access tokens', saying(200, '{"access_token":"a","access_token":"b"}'), 502, 'server_error'],
    ['no access token', saying(200, '{"token_type":"Bearer"}'), 502, 'server_error'],
    ['an access token that is no text', saying(200, '{"access_token":{}}'), 502, 'server_error'],
    ['another success', saying(201, '{"access_token":"a"}'), 502, 'server_error'],
    ['HTML beside 400', saying(400, '<html>'), 502, 'server_error'],
    ['HTML beside 503', saying(503, '<html>', { 'Retry-After': '9' }), 503, 'temporarily_unavailable'],
    ['too many requests', saying(429, 'slow down', { 'Retry-After': '9' }), 429, 'temporarily_unavailable'],
    ['too many requests in JSON', saying(429, '{"error":"x"}'), 429, 'temporarily_unavailable'],
    ['a body without end', (response) => pour(response), 503, 'temporarily_unavailable'],
    ['a content coding', saying(200, 'bomb', { 'Content-Encoding': 'gzip' }), 503, 'temporarily_unavailable'],
    ['a cut connection', (response) => void response.destroy(), 503, 'temporarily_unavailable'],
  ])('%s', async (_, respond, status, error) => {
    const answer = await ask(respond)
    expect([answer.status, answer.members['error']]).toEqual([status, error])
    if (status !== 502) expect(answer.headers['retry-after']).toMatch(/^[1-9]$/)
    expect(answer.members['error_description']).not.toContain('127.0.0.1')
    expect(answer.line).toMatchObject({ outcome: 'refuse', detail: expect.any(String) })
  })

  test.each([301, 302, 303, 307, 308])('that redirects with %i leads the secret nowhere', async (status) => {
    const { facade, ...answer } = await ask((response, { url }) => {
      if (url === '/elsewhere') return sendTokens(response)
      response.writeHead(status, { Location: '/elsewhere' }).end()
    })
    expect([answer.status, answer.members['error']]).toEqual([502, 'server_error'])
    expect(facade.issuer.asked.map(({ url }) => url)).toEqual(['/oidc/token'])
  })

  test('that takes longer than ten seconds is 503', async () => {
    const answer = await ask(() => {})
    expect([answer.status, answer.members['error']]).toEqual([503, 'temporarily_unavailable'])
    expect(answer.line).toMatchObject({
      code: 'authorization_server_unavailable',
      detail: expect.stringMatching(/\/oidc\/token did not answer within 10 s/),
    })
  }, 20_000)

  test('that never comes, since Logto is down, is 503', async () => {
    const story = await createStory()
    await story.logto.stop()
    const answer = await story.token(redeem)
    expect([answer.status, answer.members['error'], answer.headers['retry-after']]).toEqual([
      ...[503, 'temporarily_unavailable', '5'],
    ])
    expect(story.line()).toMatchObject({
      level: 'error',
      detail: expect.stringMatching(/ECONNREFUSED/),
    })
    // The browser would see for itself.
    expect((await story.authorize()).status).toBe(302)
  })
})

describe('until discovery has succeeded', () => {
  test('whatever would be passed on is 503, refusals stay refusals, and it begins as soon as Logto is there', async () => {
    const port = await freePort()
    const gateway = await startGateway(
      facadeFile(`http://127.0.0.1:${port}`, 'http://127.0.0.1:9', chatgptBlock()),
    )
    onTestFinished(() => gateway.stop())
    const facade = facadeOf(gateway)
    const authorize = await facade.authorize()
    expect([authorize.status, authorize.headers['retry-after']]).toEqual([503, '5'])
    expect(authorize.headers['content-type']).toMatch(/^text\/html/)
    expect(authorize.headers.location).toBeUndefined()
    const token = await facade.token(redeem)
    expect([token.status, token.members['error'], token.headers['retry-after']]).toEqual([
      ...[503, 'temporarily_unavailable', '5'],
    ])
    expect((await facade.authorize({ client_id: 'other' })).status).toBe(400)
    expect((await facade.authorize({ response_type: 'token' })).status).toBe(302)
    expect((await facade.token({ ...redeem, client_id: 'other' })).status).toBe(401)
    expect(gateway.logText()).toContain('the OAuth facade cannot ask its issuer for its endpoints')
    const { startStandInLogto } = await import('../../src/dev/logto/stand-in-logto.ts')
    const logto = await startStandInLogto({ port })
    onTestFinished(() => logto.close())
    await expect
      .poll(async () => (await facade.authorize()).status, { timeout: 10_000, interval: 500 })
      .toBe(302)
    expect(gateway.logText()).toContain('the OAuth facade knows its issuer again')
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

function pour(response: Parameters<Respond>[0]): void {
  while (!response.destroyed && response.write(' '.repeat(65_536)));
  if (!response.destroyed) response.once('drain', () => pour(response))
}
