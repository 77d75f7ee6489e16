import { once } from 'node:events'
import { createServer, type Server as HttpServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { sendRaw } from '../support/raw.ts'
import { createStage, guarding, type Stage } from '../support/stage.ts'
import { startUpstream } from '../support/upstream.ts'

const key = 'dGhlIHNhbXBsZSBub25jZQ=='
const accept = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
const handshake = (path: string, headers = '') =>
  `GET ${path} HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n${headers}\r\n`

const routes = `
/open: { public: true, websocket: true }
/ws: { scopes: read, websocket: true }
/plain: public
`

/** A real WebSocket server that sends every message back. */
async function startEcho(): Promise<string> {
  const server: HttpServer = createServer()
  const echo = new WebSocketServer({ server })
  echo.on('connection', (socket) => socket.on('message', (data) => socket.send(data)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const client of echo.clients) client.terminate()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}` // A TCP listener has no other address.
}

async function createEchoStage(top = ''): Promise<Stage> {
  return createStage(guarding(routes, top).replace('UPSTREAM', await startEcho()))
}

async function open(stage: Stage, path: string, headers: Record<string, string> = {}): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${stage.gateway.port}${path}`, { headers })
  onTestFinished(() => socket.terminate())
  await once(socket, 'open')
  return socket
}

async function say(socket: WebSocket, text: string): Promise<string> {
  socket.send(text)
  const [data] = await once(socket, 'message')
  return String(data)
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })
const lineOf = (stage: Stage) => stage.gateway.logs.find(({ msg }) => msg === 'request')

async function readyStreams(stage: Stage): Promise<unknown> {
  const answer = await fetch(`http://127.0.0.1:${stage.gateway.adminPort}/readyz`)
  return ((await answer.json()) as { openStreams: unknown }).openStreams
}

describe('a WebSocket', () => {
  test('goes through both ways, is counted while open, and leaves one line', async () => {
    const stage = await createEchoStage()
    const socket = await open(stage, '/ws', bearer(await stage.token()))
    expect(await say(socket, 'hello')).toBe('hello')
    const big = 'x'.repeat(1_000_000)
    expect(await say(socket, big)).toBe(big)
    expect(await readyStreams(stage)).toEqual({ eventStreams: 0, webSockets: 1 })
    socket.close()
    await once(socket, 'close')
    await expect
      .poll(() => lineOf(stage))
      .toMatchObject({ status: 101, outcome: 'allow', route: '/ws', sub: 'user1' })
    expect(lineOf(stage)).not.toHaveProperty('code')
    expect(Number(lineOf(stage)?.['bytesIn'])).toBeGreaterThan(1_000_000)
    await expect.poll(() => readyStreams(stage)).toEqual({ eventStreams: 0, webSockets: 0 })
  })

  test.each([
    ['without a token', '/ws', '', 401, 'token_missing'],
    ['with a token that is none', '/ws', 'Authorization: Bearer a.b.c\r\n', 401, 'invalid_token'],
    ['at a route that takes none', '/plain', '', 400, 'unsupported_upgrade'],
    ['at no route', '/none', '', 404, 'not_found'],
    ['with a body', '/open', 'Content-Length: 3\r\n', 400, 'unsupported_upgrade'],
  ])('%s is refused and the connection closed', async (_name, path, headers, status, code) => {
    const stage = await createEchoStage()
    const answer = await sendRaw(stage.gateway.port, handshake(path, headers))
    expect(answer.status).toBe(status)
    expect(answer.text).toContain(`"code":"${code}"`)
    expect(answer.closed).toBe(true)
    expect(lineOf(stage)).toMatchObject({ status, code })
  })

  test.each([
    ['of another protocol', 'Upgrade: h2c\r\nConnection: Upgrade', 'GET', '1.1'],
    ['by POST', 'Upgrade: websocket\r\nConnection: Upgrade', 'POST', '1.1'],
    ['over HTTP/1.0', 'Upgrade: websocket\r\nConnection: Upgrade', 'GET', '1.0'],
  ])('an upgrade %s never reaches the upstream as one', async (_name, headers, method, version) => {
    const stage = await createStage(guarding(routes))
    await sendRaw(
      stage.gateway.port,
      `${method} /open HTTP/${version}\r\nHost: a.test\r\n${headers}\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
      300,
    )
    expect(stage.upstream.received()).not.toMatch(/^upgrade:/im)
  })

  test('that the upstream accepts with a wrong proof is 502', async () => {
    const stage = await createStage(guarding(routes), (socket) => {
      socket.write(
        'HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: AAAA\r\n\r\n',
      )
    })
    const answer = await sendRaw(stage.gateway.port, handshake('/open'))
    expect(answer.status).toBe(502)
    expect(answer.text).toContain('upstream_protocol')
    await stage.upstream.closed
  })

  test('that the upstream answers as another protocol is 502', async () => {
    const stage = await createStage(guarding(routes), (socket) => {
      socket.write(
        `HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: mqtt\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      )
    })
    expect((await sendRaw(stage.gateway.port, handshake('/open'))).status).toBe(502)
  })

  test('that the upstream declines is answered as the upstream did, and closed', async () => {
    const stage = await createStage(guarding(routes), (socket) => {
      socket.write('HTTP/1.1 403 X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n')
    })
    const answer = await sendRaw(stage.gateway.port, handshake('/open'))
    expect(answer.status).toBe(403)
    expect(answer.text).toMatch(/\r\n\r\nno$/)
    expect(answer.text).not.toMatch(/transfer-encoding/i)
    expect(answer.closed).toBe(true)
  })

  test('whose upstream does not listen is 502', async () => {
    const dead = await startUpstream(() => {})
    await dead.stop()
    const stage = await createStage(guarding(routes).replace('UPSTREAM', dead.url))
    const answer = await sendRaw(stage.gateway.port, handshake('/open'))
    expect(answer.status).toBe(502)
    expect(answer.text).toContain('upstream_unreachable')
  })

  test('whose upstream does not answer is 504', async () => {
    const stage = await createStage(guarding(routes, 'timeouts: { response: 200ms }'), () => {})
    expect((await sendRaw(stage.gateway.port, handshake('/open'))).status).toBe(504)
  })

  test('keeps bytes that came with the handshake, on both sides', async () => {
    const stage = await createStage(guarding(routes), (socket, text) => {
      if (text.endsWith('\r\n\r\nearly')) socket.write('late')
      else if (text.includes('\r\n\r\n') && !text.includes('early')) {
        socket.write(
          `HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\nfirst`,
        )
      }
    })
    const answer = await sendRaw(stage.gateway.port, `${handshake('/open')}early`, 400)
    expect(answer.text).toMatch(/\r\n\r\nfirstlate$/)
  })

  test('ends when its token does', async () => {
    const stage = await createEchoStage('tokens: { clockTolerance: 1ms }')
    const exp = Math.ceil(Date.now() / 1000) + 1
    const socket = await open(stage, '/ws', bearer(await stage.token({ exp })))
    await once(socket, 'close')
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000)
    await expect.poll(() => lineOf(stage)).toMatchObject({ detail: expect.stringContaining('expired') })
  })

  test('is decided again after a reload: ended when refused, kept when allowed', async () => {
    const echo = await startEcho()
    const config = (all: string) => guarding(all).replace('UPSTREAM', echo)
    const stage = await createStage(config(routes))
    const kept = await open(stage, '/open')
    const ended = await open(stage, '/ws', bearer(await stage.token()))
    const closing = once(ended, 'close')
    await stage.gateway.reload(stage.config(config(routes.replace('scopes: read', 'scopes: admin'))))
    await closing
    expect(await say(kept, 'still here')).toBe('still here')
  })

  test('is ended by a stop', async () => {
    const stage = await createEchoStage()
    const socket = await open(stage, '/open')
    const closing = once(socket, 'close')
    await stage.gateway.stop()
    await closing
  })

  test('that is silent for timeouts.stream is ended', async () => {
    const stage = await createEchoStage('timeouts: { stream: 200ms }')
    await once(await open(stage, '/open'), 'close')
    await expect
      .poll(() => lineOf(stage))
      .toMatchObject({ detail: expect.stringContaining('timeouts.stream') })
  })

  test('whose client resets while the token is looked at leaves the gateway running', async () => {
    const stage = await createEchoStage()
    const token = await stage.token()
    const socket = connect(stage.gateway.port, '127.0.0.1')
    socket.write(handshake('/ws', `Authorization: Bearer ${token}\r\n`), () => socket.resetAndDestroy())
    await once(socket, 'close')
    expect((await stage.call('/none')).status).toBe(404)
  })
})
