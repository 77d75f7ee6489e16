import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../support/process.ts'
import { sendRaw } from '../support/raw.ts'
import { type Answer, call, createStage, resource, type Stage } from '../support/stage.ts'
import { handshake } from '../support/websocket.ts'

const path = '/.scopegate/logto'
const key = 'the-signing-key-of-the-webhook'
const user = '7q6j4duell21'

const config = (more = '') => `
issuer: { logto: ORIGIN }
revocation: { webhook: { path: ${path}, signingKey: ${key} }${more} }
apis:
  todo:
    resource: ${resource}
    upstream: UPSTREAM
    cors: { origins: ["*"] }
    routes: { /todos: read, "/**": public }
`

const start = (more?: string) => createStage(config(more))

const sign = (body: string | Buffer, by = key) => createHmac('sha256', by).update(body).digest('hex')

const suspension = (createdAt = new Date().toISOString(), userId = user) =>
  JSON.stringify({
    event: 'User.SuspensionStatus.Updated',
    createdAt,
    ip: '127.0.0.1',
    path: `/users/${userId}/is-suspended`,
    method: 'PATCH',
    status: 200,
    params: { userId },
    matchedRoute: '/users/:userId/is-suspended',
    data: { id: userId, username: 'alice', isSuspended: true },
    hookId: 'u51ftc4rrg0lycctq6fp3',
  })

const signedBy = (signature: string) => ({ 'logto-signature-sha-256': signature })

function deliver(stage: Stage, body: string, headers = signedBy(sign(body)), to = path): Promise<Answer> {
  return stage.call(to, { method: 'POST', body, headers })
}

/** A token of `user` that was issued so many seconds from now. */
const tokenFrom = (stage: Stage, seconds: number, sub = user) =>
  stage.token({ sub, iat: Math.floor(Date.now() / 1000) + seconds })

const refusals = (stage: Stage) => stage.gateway.logs.filter(({ code }) => code === 'signature_invalid')

/** Nobody was cut off: a token from before passes. */
async function expectNothingHappened(stage: Stage): Promise<void> {
  expect((await stage.call('/todos', { token: await tokenFrom(stage, -10) })).status).toBe(200)
}

describe('a delivery of Logto', () => {
  test('ends the access of the user whom it names: 401, and a token from the next second passes', async () => {
    const stage = await start()
    const old = await tokenFrom(stage, -10)
    const createdAt = new Date().toISOString()
    const second = Math.floor(Date.parse(createdAt) / 1000)
    const from = (iat: number) => stage.token({ sub: user, iat })
    expect((await stage.call('/todos', { token: old })).status).toBe(200)
    const answer = await deliver(stage, suspension(createdAt))
    expect([answer.status, answer.body]).toEqual([204, ''])
    for (const token of [old, await from(second)]) {
      const refused = await stage.call('/todos', { token })
      expect([refused.status, refused.problem.code]).toEqual([401, 'invalid_token'])
      expect(refused.problem.detail).toMatch(/revoked/)
    }
    expect((await stage.call('/todos', { token: await from(second + 1) })).status).toBe(200)
    const other = await tokenFrom(stage, -10, 'another')
    expect((await stage.call('/todos', { token: other })).status).toBe(200)
  })

  test('changes nothing when it is sent again', async () => {
    const stage = await start()
    const body = suspension(new Date(Date.now() - 30_000).toISOString())
    const fresh = await tokenFrom(stage, -20)
    for (let i = 0; i < 3; i++) expect((await deliver(stage, body)).status).toBe(204)
    expect((await stage.call('/todos', { token: fresh })).status).toBe(200)
  })

  test('is taken on any host, with a query, with a slash at its end, and in chunks', async () => {
    const stage = await start()
    const body = suspension()
    const headers = signedBy(sign(body))
    for (const to of [`${path}?source=logto`, `${path}/`, '/%2Escopegate/%6Cogto'])
      expect((await deliver(stage, body, headers, to)).status).toBe(204)
    const chunked = { ...headers, 'Transfer-Encoding': 'chunked', Host: 'elsewhere.example' }
    expect((await deliver(stage, body, chunked)).status).toBe(204)
    expect(stage.upstream.received()).toBe('')
  })

  test('is asked for when its sender waits for that', async () => {
    const stage = await start()
    const body = suspension()
    const head =
      `POST ${path} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nConnection: close\r\n` +
      `logto-signature-sha-256: ${sign(body)}\r\nContent-Length: ${body.length}\r\n\r\n`
    const socket = connect(stage.gateway.port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.write(head)
    let text = ''
    socket.on('data', (chunk) => {
      text += String(chunk)
    })
    await expect.poll(() => text).toMatch(/^HTTP\/1\.1 100 Continue/)
    socket.write(body)
    await expect.poll(() => text).toMatch(/HTTP\/1\.1 204 No Content/)
  })

  test('is 204 when it ends nobody’s access: a test, another event, a resumed user', async () => {
    const stage = await start()
    const bodies = [
      {
        event: 'Role.Deleted',
        path: '/fake-path/:id',
        params: { id: 'fake-id' },
        data: { result: 'success' },
      },
      { event: 'User.Created', data: { id: user } },
      { event: 'constructor' },
      { ...JSON.parse(suspension()), data: { id: user, isSuspended: false } },
      {},
    ]
    for (const body of bodies) expect((await deliver(stage, JSON.stringify(body))).status).toBe(204)
    await expectNothingHappened(stage)
  })

  test('with data of the user that is nested without end ends access all the same', async () => {
    const stage = await start()
    const nested = `${'['.repeat(1000)}${']'.repeat(1000)}`
    const body = suspension().replace('"username"', `"customData":{"a":${nested}},"username"`)
    expect((await deliver(stage, body)).status).toBe(204)
    expect((await stage.call('/todos', { token: await tokenFrom(stage, -10) })).status).toBe(401)
  })

  test('without its time cuts off by the clock of the gateway', async () => {
    const stage = await start()
    const { createdAt: _, ...rest } = JSON.parse(suspension())
    expect((await deliver(stage, JSON.stringify(rest))).status).toBe(204)
    expect((await stage.call('/todos', { token: await tokenFrom(stage, 0) })).status).toBe(401)
  })

  test('of the future cuts off no new sign-in for longer than tokens.clockTolerance', async () => {
    const stage = await createStage(`${config()}tokens: { clockTolerance: 0s }\n`)
    expect((await deliver(stage, suspension('2999-01-01T00:00:00.000Z'))).status).toBe(204)
    expect((await stage.call('/todos', { token: await tokenFrom(stage, -1) })).status).toBe(401)
    const signedInNow = async () => (await stage.call('/todos', { token: await tokenFrom(stage, 0) })).status
    await expect.poll(signedInNow, { timeout: 5000 }).toBe(200)
  })

  test('is forgotten by no restart where revocation.file is set', async () => {
    const more = `, file: ${join(temporaryFolder(), 'revocations.jsonl')}`
    const stage = await start(more)
    expect((await deliver(stage, suspension())).status).toBe(204)
    await stage.gateway.stop()
    const again = await createStage(
      config(more)
        .replaceAll('ORIGIN', new URL(stage.issuer.url).origin)
        .replaceAll('UPSTREAM', stage.upstream.url),
    )
    expect((await again.call('/todos', { token: await tokenFrom(stage, -10) })).status).toBe(401)
  })
})

describe('anything that Logto did not sign', () => {
  const body = suspension()
  const right = sign(body)
  const gzipped = gzipSync(body).toString('latin1')
  test.each<[string, string, readonly string[]]>([
    ['no signature', body, []],
    ['that of another key', body, [sign(body, 'another-signing-key')]],
    ['that of another body', body, [sign(`${body} `)]],
    ['in capitals', body, [right.toUpperCase()]],
    ['cut short', body, [right.slice(2)]],
    ['as base64', body, [Buffer.from(right, 'hex').toString('base64')]],
    ['twice', body, [right, right]],
    ['beside another', body, [right, sign('x')]],
    ['two in one', body, [`${right}, ${right}`]],
    ['of the text, and the body is gzip', gzipped, [right]],
    ['of what is gzip', gzipped, [sign(gzipSync(body))]],
    ['of no JSON', 'suspend alice', [sign('suspend alice')]],
    ['of a list', `[${body}]`, [sign(`[${body}]`)]],
    ['of nothing', '', [sign('')]],
    ['of a member that is there twice', '{"event":"a","event":"b"}', [sign('{"event":"a","event":"b"}')]],
  ])('is 401 without a word: %s', async (_, sent, signatures) => {
    const stage = await start()
    const headers = signatures.map((signature) => `Logto-Signature-SHA-256: ${signature}\r\n`).join('')
    const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${headers}`
    const answer = await sendRaw(stage.gateway.port, `${head}Content-Length: ${sent.length}\r\n\r\n${sent}`)
    expect(answer.status).toBe(401)
    expect(answer.text).toMatch(/\r\n\r\n$/)
    expect(answer.text).toMatch(/^Content-Length: 0\r$/m)
    expect(answer.text).not.toMatch(/Access-Control|WWW-Authenticate|signature/i)
    await expectNothingHappened(stage)
    expect(refusals(stage)).toMatchObject([{ status: 401, route: path, outcome: 'refuse' }])
  })

  test('is 401 when it is larger than 64 KiB, of declared length or in chunks', async () => {
    const stage = await start()
    const of = (bytes: number) => `${body}${' '.repeat(bytes - body.length)}`
    const large = of(64 * 1024 + 1)
    for (const more of [{}, { 'Transfer-Encoding': 'chunked' }])
      expect((await deliver(stage, large, { ...signedBy(sign(large)), ...more })).status).toBe(401)
    await expectNothingHappened(stage)
    const exact = of(64 * 1024)
    expect((await deliver(stage, exact)).status).toBe(204)
  })

  test('is 401 before a byte of it, where its length says that it is too large', async () => {
    const stage = await start()
    const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nlogto-signature-sha-256: ${right}\r\n`
    const lines = `${head}Expect: 100-continue\r\nContent-Length: ${64 * 1024 + 1}\r\n\r\n`
    expect((await sendRaw(stage.gateway.port, lines)).status).toBe(401)
    expect(refusals(stage)).toMatchObject([{ detail: 'The body is larger than 64 KiB', bytesIn: 0 }])
  })

  test.each([
    ['a half-closed connection', 'Content-Length: 999\r\n\r\n{', 50],
    ['a chunk that does not parse', 'Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\nnothing\r\n', undefined],
  ])('may break off as it likes: %s', async (_, rest, halfCloseMs) => {
    const stage = await start()
    const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nlogto-signature-sha-256: ${right}\r\n`
    await sendRaw(stage.gateway.port, head + rest, 1500, halfCloseMs)
    await expectNothingHappened(stage)
    expect((await deliver(stage, body)).status).toBe(204)
    expect(stage.gateway.logs.filter(({ level }) => level === 'error')).toEqual([])
  })

  test('is 401 after five seconds when the body does not come', { timeout: 15_000 }, async () => {
    const stage = await start()
    const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nlogto-signature-sha-256: ${right}\r\n`
    const began = performance.now()
    const answer = await sendRaw(stage.gateway.port, `${head}Content-Length: 999\r\n\r\n{`, 14_000)
    expect([answer.status, answer.closed]).toEqual([401, true])
    expect(performance.now() - began).toBeGreaterThan(4500)
    expect(refusals(stage)).toMatchObject([{ detail: 'The body took longer than 5000 ms', bytesIn: 1 }])
  })

  test('keeps no delivery out, however many send slowly: the oldest is given up', async () => {
    const stage = await start()
    const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nlogto-signature-sha-256: ${right}\r\n`
    const beganMs = performance.now()
    const slow = Array.from({ length: 257 }, () => connect(stage.gateway.port, '127.0.0.1'))
    onTestFinished(() => slow.forEach((socket) => void socket.destroy()))
    let answered = ''
    for (const socket of slow) {
      socket
        .on('error', () => {})
        .on('data', (chunk) => {
          answered += String(chunk)
        })
      socket.write(`${head}Content-Length: 999\r\n\r\n{`)
    }
    const givenUp = () => answered.match(/HTTP\/1\.1 401/g)?.length
    await expect.poll(givenUp, { timeout: 4000 }).toBe(1)
    expect((await deliver(stage, body)).status).toBe(204)
    await expect.poll(givenUp).toBe(2)
    expect(performance.now() - beganMs).toBeLessThan(5000)
  })

  test('is logged as left when the sender leaves in the middle', async () => {
    const stage = await start()
    const client = request({
      port: stage.gateway.port,
      host: '127.0.0.1',
      method: 'POST',
      path,
      headers: { ...signedBy(right), 'Content-Length': 999 },
    })
    client.on('error', () => {})
    client.write('{')
    await once(client, 'socket')
    await new Promise((resolve) => client.socket?.once('connect', resolve) ?? resolve(undefined))
    setTimeout(() => client.destroy(), 50)
    await expect
      .poll(() => stage.gateway.logs.filter(({ route }) => route === path))
      .toMatchObject([{ status: 499, code: 'client_closed' }])
  })

  test('is warned of once a minute, without a word of what came', async () => {
    const stage = await start()
    for (let i = 0; i < 3; i++) await deliver(stage, body, signedBy(sign(body, 'another-signing-key')))
    const warnings = stage.gateway.logs.filter(({ level, msg }) => level === 'warn' && msg !== 'request')
    expect(warnings).toHaveLength(1)
    expect(warnings[0]?.['msg']).toMatch(/revocation\.webhook\.signingKey/)
    expect(stage.gateway.logText()).not.toContain(right.slice(0, 12))
    expect(stage.gateway.logText()).not.toContain(key)
    expect(stage.gateway.logText()).not.toContain('u51ftc4rrg0lycctq6fp3')
  })
})

describe('the path of the webhook', () => {
  test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    'is 405 for %s, which Logto sends after a redirect',
    async (method) => {
      const stage = await start()
      const answer = await stage.call(path, { method, headers: signedBy(sign('')) })
      expect([answer.status, answer.headers.allow]).toEqual([405, 'POST'])
      expect(answer.body).not.toMatch(/logto|sign/i)
      expect(stage.upstream.received()).toBe('')
    },
  )

  test('is opened to no page of another origin: its preflight is 405, without CORS', async () => {
    const stage = await start()
    const headers = { Origin: 'https://page.example', 'Access-Control-Request-Method': 'POST' }
    for (const method of ['OPTIONS', 'POST']) {
      const answer = await stage.call(path, { method, headers })
      expect(answer.status).toBe(method === 'POST' ? 401 : 405)
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    }
    expect((await stage.call('/x', { method: 'OPTIONS', headers })).status).toBe(204)
  })

  test.each([
    '/.scopegate/Logto',
    '/.SCOPEGATE/logto',
    '//.scopegate/logto',
    '/.scopegate//logto',
    '/.scopegate/./logto',
    '/x/../.scopegate/logto',
    '/.scopegate/logto.php',
    '/.scopegate/logto%20',
    '/.scopegate/logto;a',
    '/.scopegate%2Flogto',
  ])('does not go upstream as %s: 400', async (lookAlike) => {
    const stage = await start()
    const body = suspension()
    const answer = await deliver(stage, body, signedBy(sign(body)), lookAlike)
    expect([answer.status, answer.problem.code]).toEqual([400, 'ambiguous_target'])
    expect(stage.upstream.received()).toBe('')
    await expectNothingHappened(stage)
  })

  test('leaves its neighbours to the routes', async () => {
    const stage = await start()
    for (const neighbour of ['/.scopegate', '/.scopegate/logto/x', '/.scopegate/other'])
      expect((await stage.call(neighbour)).status).toBe(200)
  })

  test('takes no upgrades', async () => {
    const stage = await start()
    const answer = await sendRaw(stage.gateway.port, handshake(path))
    expect(answer.status).toBe(405)
    expect(stage.upstream.received()).toBe('')
  })

  test('is an ordinary path where the file does not name it', async () => {
    const stage = await createStage(config().replace(/^revocation.*$/m, ''))
    expect((await stage.call(path)).status).toBe(200)
    expect(stage.upstream.received()).toMatch(/^GET \/\.scopegate\/logto /)
  })

  test('comes and goes with a reload, and takes another signing key', async () => {
    const stage = await start()
    const body = suspension()
    await stage.gateway.reload(stage.config(config().replace(key, 'another-signing-key')))
    expect((await deliver(stage, body)).status).toBe(401)
    expect((await deliver(stage, body, signedBy(sign(body, 'another-signing-key')))).status).toBe(204)
    await stage.gateway.reload(stage.config(config().replace(/^revocation.*$/m, '')))
    expect((await stage.call(path)).status).toBe(200)
  })

  test('is in the log without its query, in the metrics, and in the list of routes', async () => {
    const stage = await start()
    const body = suspension()
    await deliver(stage, body, signedBy(sign(body)), `${path}?secret=1`)
    await expect
      .poll(() => stage.gateway.logs.filter(({ msg }) => msg === 'request'))
      .toMatchObject([{ route: path, path, method: 'POST', status: 204, bytesIn: body.length }])
    expect(stage.gateway.logText()).not.toContain('secret=1')
    expect(stage.gateway.logs).toContainEqual({
      level: 'info',
      msg: 'Logto told of an event',
      event: 'User.SuspensionStatus.Updated',
      cutsOff: 'sub',
      count: 1,
      sub: user,
    })
    const admin = async (from: string) => (await call(stage.gateway.adminPort, from)).body
    expect(JSON.parse(await admin('/routes')).routes[0]).toEqual({
      api: null,
      path,
      methods: ['POST'],
      requires: 'a signature of Logto',
    })
    expect(await admin('/metrics')).toContain(
      `scopegate_decisions_total{api="none",http_route="${path}",outcome="allow",code="none",via="proxy"} 1`,
    )
  })
})
