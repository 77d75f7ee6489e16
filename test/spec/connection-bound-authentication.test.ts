import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { startHttpUpstream } from '../support/http-upstream.ts'
import { type Answer, createStage, guarding, type Stage } from '../support/stage.ts'

const schemes = ['NTLM', 'Negotiate', 'Kerberos']

/** The configuration that the README recommends for APIs that guard themselves. */
const forwarding =
  '/**: { public: true, authorization: forward }\n/maybe: { optional: true, authorization: forward }'

async function stageWith(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  routes = forwarding,
) {
  const upstream = await startHttpUpstream(handle)
  return createStage(guarding(routes).replace('UPSTREAM', upstream.url))
}

const callWith = (stage: Stage, path: string, authorization: string) =>
  stage.call(path, { headers: { Authorization: authorization } })
const requestsOf = (stage: Stage) => stage.gateway.logs.filter(({ msg }) => msg === 'request')

/** Bytes of a first message: what follows the scheme does not matter. */
const message = 'TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAKALpHAAAADw=='

describe('credentials that belong to a connection', () => {
  const spellings = [...schemes, ...schemes.map((scheme) => scheme.toUpperCase()), 'nTlM', 'negotiate']

  test.each(spellings)('%s are refused where Authorization would be forwarded', async (scheme) => {
    let asked = 0
    const stage = await stageWith((_request, response) => {
      asked += 1
      response.end()
    })
    for (const path of ['/mail', '/maybe']) {
      const answer = await callWith(stage, path, `${scheme} ${message}`)
      expect(answer).toMatchObject({ status: 401, problem: { code: 'unsupported_credentials' } })
      expect(answer.headers['www-authenticate'] ?? '').not.toMatch(/ntlm|negotiate|kerberos|error=/i)
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm=/)
    }
    expect(asked).toBe(0)
    await expect.poll(() => requestsOf(stage)).toHaveLength(2)
    expect(requestsOf(stage)[0]).toMatchObject({
      status: 401,
      outcome: 'refuse',
      code: 'unsupported_credentials',
    })
    expect(stage.gateway.logText()).not.toContain(message)
  })

  test('are refused in an upgrade too', async () => {
    const stage = await stageWith(
      (_request, response) => response.end(),
      '/socket: { public: true, websocket: true, authorization: forward }',
    )
    const answer = await stage.call('/socket', {
      headers: {
        Authorization: `Negotiate ${message}`,
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      },
    })
    expect(answer).toMatchObject({ status: 401, problem: { code: 'unsupported_credentials' } })
  })

  test('are left aside, like any other, where Authorization goes no further', async () => {
    const stage = await stageWith((request, response) => {
      response.end(String(request.headers.authorization))
    }, '/**: public')
    expect(await callWith(stage, '/mail', `NTLM ${message}`)).toMatchObject({
      status: 200,
      body: 'undefined',
    })
  })

  test('are no reason to refuse others', async () => {
    const stage = await stageWith((request, response) => {
      response.end(String(request.headers.authorization))
    })
    for (const authorization of ['Basic dXNlcjpwYXNz', 'Digest username="NTLM"', 'Negotiated x', 'ntlm2 x'])
      expect(await callWith(stage, '/mail', authorization)).toMatchObject({
        status: 200,
        body: authorization,
      })
  })
})

describe('a challenge of a scheme that belongs to a connection', () => {
  const challenged = (...challenges: string[]) =>
    stageWith((_request, response) => {
      response.writeHead(401, { 'WWW-Authenticate': challenges, 'Content-Length': 2 }).end('no')
    })
  const challengesOf = (answer: Answer) => answer.headers['www-authenticate']

  test.each<[string[], string]>([
    [['NTLM', 'Basic realm="mail"'], 'Basic realm="mail"'],
    [['Basic realm="mail"', 'Negotiate'], 'Basic realm="mail"'],
    [['Negotiate, NTLM, Basic realm="mail"'], 'Basic realm="mail"'],
    [['Basic realm="mail", NTLM'], 'Basic realm="mail"'],
    [['ntlm', 'NEGOTIATE oYG=', 'kerberos', 'Basic realm="mail"'], 'Basic realm="mail"'],
    [['Basic realm="NTLM, Negotiate"', 'NTLM'], 'Basic realm="NTLM, Negotiate"'],
    [
      ['Digest realm="a", qop="auth", nonce="n, NTLM", NTLM'],
      'Digest realm="a", qop="auth", nonce="n, NTLM"',
    ],
  ])('is removed, and the others stay: %j', async (challenges, left) => {
    const answer = await (await challenged(...challenges)).call('/mail')
    expect(answer).toMatchObject({ status: 401, body: 'no' })
    expect(challengesOf(answer)).toBe(left)
  })

  test('that is none passes as it is', async () => {
    const left = 'Basic realm="Negotiate", charset="UTF-8", Bearer realm="x", scope="NTLM"'
    expect(challengesOf(await (await challenged(left)).call('/mail'))).toBe(left)
  })

  test.each([['NTLM'], ['Negotiate'], ['Kerberos'], ['Negotiate, NTLM'], ['negotiate oYG=']])(
    'alone, %s, is 502, since no client could answer it',
    async (challenge) => {
      const stage = await challenged(challenge)
      const answer = await stage.call('/mail')
      expect(answer).toMatchObject({ status: 502, problem: { code: 'upstream_protocol' } })
      expect(challengesOf(answer)).toBeUndefined()
    },
  )

  test('alone is told in the log once, with what it is', async () => {
    const stage = await challenged('NTLM')
    for (let turn = 0; turn < 3; turn++) expect((await stage.call('/mail')).status).toBe(502)
    await expect.poll(() => requestsOf(stage)).toHaveLength(3)
    const others = stage.gateway.logs.filter(({ msg }) => msg !== 'request')
    expect(others.filter((line) => /ntlm/i.test(JSON.stringify(line)))).toHaveLength(1)
  })

  test.each([
    ['removed', 401, ['NTLM', 'Basic realm="mail"']],
    ['alone', 401, ['Negotiate']],
    ['of a success', 200, ['Negotiate oYG=']],
    ['of a 403', 403, ['NTLM']],
  ])('%s takes its connection out of use', async (_name, status, challenges) => {
    const sockets: Socket[] = []
    const stage = await stageWith((request, response) => {
      sockets.push(request.socket)
      if (request.url === '/mail') response.setHeader('WWW-Authenticate', challenges)
      response.writeHead(request.url === '/mail' ? status : 200).end('x')
    })
    await stage.call('/mail')
    expect(await stage.call('/other')).toMatchObject({ status: 200 })
    expect(sockets).toHaveLength(2)
    expect(sockets[1]).not.toBe(sockets[0])
    await expect.poll(() => sockets[0]?.destroyed).toBe(true)
  })
})

describe.each(['NTLM', 'Negotiate'])('an upstream that signs connections in with %s', (scheme) => {
  /** As IIS has it: who has proved to be somebody is somebody for as long as the connection lasts. */
  function createConnectionAuth() {
    const users = new WeakMap<Socket, string>()
    const begun = new WeakSet<Socket>()
    return (request: IncomingMessage, response: ServerResponse) => {
      const { authorization = '' } = request.headers
      const user = new RegExp(`^${scheme} proof-(\\w+)$`).exec(authorization)?.[1]
      if (user !== undefined && begun.has(request.socket)) users.set(request.socket, user)
      if (authorization === `${scheme} first`) begun.add(request.socket)
      const known = users.get(request.socket)
      if (known !== undefined || request.url === '/open')
        return void response.end(`you are ${known ?? 'nobody'}`)
      response.writeHead(401, { 'WWW-Authenticate': scheme }).end()
    }
  }

  test.each(['/mail', '/open'])('never takes one client for another at %s', async (path) => {
    const stage = await stageWith(createConnectionAuth())
    for (const credentials of ['first', 'proof-alice'])
      await callWith(stage, path, `${scheme} ${credentials}`)
    for (let turn = 0; turn < 5; turn++) expect((await stage.call(path)).body).not.toContain('alice')
  })
})
