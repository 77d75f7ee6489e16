import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createStage, guarding } from '../support/stage.ts'
import { ok } from '../support/upstream.ts'

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a.test\r\n\r\n`

async function client(
  port: number,
): Promise<{ socket: Socket; text(): string; closedMs(): number | undefined }> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let text = ''
  let closedMs: number | undefined
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    closedMs = performance.now()
  })
  await once(socket, 'connect')
  return { socket, text: () => text, closedMs: () => closedMs }
}

const answers = (text: string) => text.match(/HTTP\/1\.1 200/g)?.length ?? 0

test('a connection that is kept alive carries one request after the other, and is closed when none comes for timeouts.idle', async () => {
  const stage = await createStage(guarding('/**: public', 'timeouts: { idle: 400ms }'))
  const { socket, text, closedMs } = await client(stage.gateway.port)
  for (const turn of [1, 2, 3]) {
    socket.write(get(`/${turn}`))
    await expect.poll(() => answers(text())).toBe(turn)
  }
  const lastMs = performance.now()
  await expect.poll(closedMs, { timeout: 3000 }).toBeDefined()
  expect((closedMs() ?? 0) - lastMs).toBeGreaterThan(300)
})

test('a request that takes longer than timeouts.idle keeps its connection', async () => {
  let answer = () => {}
  const stage = await createStage(
    guarding('/**: public', 'timeouts: { idle: 200ms }'),
    (socket, received) => {
      if (!received.endsWith('\r\n\r\n')) return
      answer = () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    },
  )
  const { socket, text, closedMs } = await client(stage.gateway.port)
  socket.write(get('/slow'))
  const sentMs = performance.now()
  await expect.poll(() => performance.now() - sentMs, { timeout: 3000 }).toBeGreaterThan(900)
  expect(closedMs()).toBeUndefined()
  answer()
  await expect.poll(() => answers(text())).toBe(1)
})

test('an unread small body is not taken for the next request', async () => {
  const stage = await createStage(guarding('/read: { GET: public }\n/write: { POST: public }'))
  const { socket, text, closedMs } = await client(stage.gateway.port)
  const hidden = 'GET /hidden HTTP/1.1\r\nHost: a.test\r\n\r\n'
  socket.write(`POST /read HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`)
  await expect.poll(closedMs).toBeDefined()
  expect(text().match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 405'])
  expect(stage.upstream.received()).toBe('')
})

test('a WebSocket that follows a request on its connection may be silent for longer', async () => {
  let speak = () => {}
  const stage = await createStage(
    guarding('/**: { public: true, websocket: true }', 'timeouts: { idle: 200ms }'),
    (socket, received) => {
      if (!received.endsWith('\r\n\r\n')) return
      if (!/^upgrade: websocket/im.test(received)) return void socket.write(ok)
      // RFC 6455 section 1.3
      const accept = 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo='
      socket.write(`HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${accept}\r\n\r\n`)
      speak = () => socket.write('spoken')
    },
  )
  const { socket, text, closedMs } = await client(stage.gateway.port)
  socket.write(get('/first'))
  await expect.poll(() => answers(text())).toBe(1)
  socket.write(
    'GET /socket HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  await expect.poll(text).toContain('HTTP/1.1 101')
  const openedMs = performance.now()
  await expect.poll(() => performance.now() - openedMs, { timeout: 3000 }).toBeGreaterThan(900)
  expect(closedMs()).toBeUndefined()
  speak()
  await expect.poll(text).toContain('spoken')
})
