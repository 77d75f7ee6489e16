import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { openConnection } from '../support/connection.ts'
import { createStage, guarding, type Stage } from '../support/stage.ts'
import { acceptHandshake, handshake, openWebSocket, startWebSocketServer } from '../support/websocket.ts'

const routes = '/open: { public: true, websocket: true }\n/mine: { scopes: read, websocket: true }'
const briefly = 'tokens: { clockTolerance: 1ms }'

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })

/** A token that ends soon: a NumericDate may have fractions (RFC 7519 section 2). */
const shortToken = (stage: Stage, ms = 400) => stage.token({ exp: (Date.now() + ms) / 1000 })

async function createEchoStage(top = ''): Promise<Stage> {
  return createStage(guarding(routes, top).replace('UPSTREAM', await startWebSocketServer()))
}

/** The status and reason that a client is told. */
async function closed(socket: WebSocket): Promise<{ code: number; reason: string }> {
  const [code, reason] = await once(socket, 'close', { signal: AbortSignal.timeout(8000) })
  return { code, reason: String(reason) }
}

/** A stage whose upstream accepts every handshake, sends these bytes, and keeps the sockets. */
async function stageSending(bytes: Buffer, top = briefly) {
  const upstreams: Socket[] = []
  const stage = await createStage(guarding(routes, top), (socket, received) => {
    if (!received.endsWith('\r\n\r\n')) return
    upstreams.push(socket)
    socket.write(acceptHandshake)
    socket.write(bytes)
  })
  return { stage, upstreams }
}

const tunnelled = (text: string) => text.slice(text.indexOf('\r\n\r\n') + 4)

describe('a WebSocket that the gateway ends is told why in a close frame', () => {
  test('at the expiry of its token: 1008', async () => {
    const stage = await createEchoStage(briefly)
    const socket = await openWebSocket(stage.gateway.port, '/mine', bearer(await shortToken(stage)))
    expect(await closed(socket)).toEqual({ code: 1008, reason: expect.stringContaining('expired') })
  })

  test('after a reload that refuses it: 1008', async () => {
    const upstream = await startWebSocketServer()
    const config = (scope: string) => guarding(routes.replace('read', scope)).replace('UPSTREAM', upstream)
    const stage = await createStage(config('read'))
    const socket = await openWebSocket(stage.gateway.port, '/mine', bearer(await stage.token()))
    const closing = closed(socket)
    await stage.gateway.reload(stage.config(config('admin')))
    expect(await closing).toEqual({ code: 1008, reason: expect.stringMatching(/configuration|refuse/) })
  })

  test('at a stop: 1001', async () => {
    const stage = await createEchoStage()
    const sockets = await Promise.all([1, 2, 3].map(() => openWebSocket(stage.gateway.port, '/open')))
    const closing = Promise.all(sockets.map(closed))
    await stage.gateway.stop()
    for (const { code } of await closing) expect(code).toBe(1001)
  })

  test('after timeouts.stream without a byte: not 1006, which is what browsers say of a broken connection', async () => {
    const stage = await createEchoStage('timeouts: { stream: 300ms }')
    const { code, reason } = await closed(await openWebSocket(stage.gateway.port, '/open'))
    expect([1001, 1008, 1011]).toContain(code)
    expect(reason).toMatch(/timeouts\.stream/)
  })

  test('also a slow client, behind all that it was sent before', async () => {
    const messages = 40
    const url = await startWebSocketServer((socket) => {
      for (let i = 0; i < messages; i++) socket.send(Buffer.alloc(64 * 1024, i))
    })
    const stage = await createStage(guarding(routes, briefly).replace('UPSTREAM', url))
    const endMs = Date.now() + 500
    const socket = await openWebSocket(stage.gateway.port, '/mine', bearer(await shortToken(stage, 500)))
    let received = 0
    socket.on('message', () => {
      received += 1
    })
    socket.pause()
    await expect.poll(() => Date.now()).toBeGreaterThan(endMs + 300)
    const closing = closed(socket)
    socket.resume()
    expect((await closing).code).toBe(1008)
    expect(received).toBe(messages)
  })

  test('and is over for its upstream too', async () => {
    const { stage, upstreams } = await stageSending(Buffer.of())
    const client = await openConnection(stage.gateway.port)
    client.write(handshake('/mine', `Authorization: Bearer ${await shortToken(stage)}\r\n`))
    await client.over
    await expect.poll(() => upstreams[0]?.destroyed).toBe(true)
    client.socket.end()
    await expect
      .poll(() => stage.gateway.logs.find(({ msg }) => msg === 'request'))
      .toMatchObject({ status: 101, detail: expect.stringContaining('expired') })
  })

  test('and is over even when its client never answers', async () => {
    const { stage } = await stageSending(Buffer.of(), `${briefly}\ntimeouts: { idle: 300ms }`)
    const client = await openConnection(stage.gateway.port)
    client.write(handshake('/mine', `Authorization: Bearer ${await shortToken(stage)}\r\n`))
    await client.over
    const connections = async () => {
      const answer = await fetch(`http://127.0.0.1:${stage.gateway.adminPort}/readyz`)
      return ((await answer.json()) as { connections: number }).connections
    }
    await expect.poll(connections, { timeout: 5000 }).toBe(0)
  })

  test('and no message of its client reaches the upstream behind it', async () => {
    const heard: string[] = []
    const url = await startWebSocketServer((socket) =>
      socket.on('message', (data) => heard.push(String(data))),
    )
    const stage = await createStage(guarding(routes, briefly).replace('UPSTREAM', url))
    const client = await openConnection(stage.gateway.port)
    client.write(handshake('/mine', `Authorization: Bearer ${await shortToken(stage)}\r\n`))
    await expect.poll(client.text).toContain('101')
    // Masked with zeros, which leaves the text as it is (RFC 6455 section 5.3).
    const frame = (text: string) =>
      Buffer.concat([Buffer.of(0x81, 0x80 | text.length, 0, 0, 0, 0), Buffer.from(text)])
    client.write(frame('before'))
    await expect.poll(() => heard).toEqual(['before'])
    await client.over
    client.write(frame('after'))
    await stage.call('/none')
    expect(heard).toEqual(['before'])
  })
})

describe('a close frame of the gateway', () => {
  const payload = (length: number) => Buffer.alloc(length, 'p')
  const closeOf = /^\x88([\x02-\x7d])\x03\xf0([\x20-\x7e]*)$/

  test.each([
    ['nothing', Buffer.of()],
    ['a small frame', Buffer.concat([Buffer.of(0x82, 5), payload(5)])],
    ['an empty frame', Buffer.of(0x81, 0)],
    ['a frame with a length of two bytes', Buffer.concat([Buffer.of(0x82, 126, 0x01, 0x00), payload(256)])],
    [
      'a frame with a length of eight bytes',
      Buffer.concat([Buffer.of(0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0), payload(65_536)]),
    ],
    ['two frames and a ping', Buffer.concat([Buffer.of(0x82, 2), payload(2), Buffer.of(0x81, 0, 0x89, 0)])],
    ['a first fragment', Buffer.concat([Buffer.of(0x02, 3), payload(3)])],
  ])('stands behind what the upstream sent: %s', async (_name, bytes) => {
    const { stage } = await stageSending(bytes)
    const client = await openConnection(stage.gateway.port)
    client.write(handshake('/mine', `Authorization: Bearer ${await shortToken(stage)}\r\n`))
    await client.over
    const received = tunnelled(client.text())
    expect(received.startsWith(bytes.toString('latin1'))).toBe(true)
    const [, length = '', reason = ''] = closeOf.exec(received.slice(bytes.length)) ?? []
    expect(length.charCodeAt(0)).toBe(reason.length + 2)
    expect(reason).toContain('expired')
  })

  test.each([
    ['half a head', Buffer.of(0x82)],
    ['half a length', Buffer.of(0x82, 126, 0x01)],
    ['half a payload', Buffer.concat([Buffer.of(0x82, 10), payload(5)])],
    [
      'a whole frame and half of the next',
      Buffer.concat([Buffer.of(0x81, 1), payload(1), Buffer.of(0x82, 10, 1)]),
    ],
    ['half of a large frame', Buffer.concat([Buffer.of(0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0), payload(30_000)])],
  ])('is never taken for the rest of a frame: behind %s nothing is sent', async (_name, bytes) => {
    const { stage } = await stageSending(bytes)
    const client = await openConnection(stage.gateway.port)
    client.write(handshake('/mine', `Authorization: Bearer ${await shortToken(stage)}\r\n`))
    await client.over
    expect(tunnelled(client.text())).toBe(bytes.toString('latin1'))
  })
})
