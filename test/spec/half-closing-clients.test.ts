import { describe, expect, test } from 'vitest'
import { openConnection } from '../support/connection.ts'
import { python } from '../support/program.ts'
import { responsesIn } from '../support/responses.ts'
import { createStage, guarding, type Stage } from '../support/stage.ts'
import { lastPath } from '../support/upstream.ts'

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a.test\r\n\r\n`

/** How long the upstream thinks: the client has long ended its half. */
const thinkingMs = 500

/** A stage whose upstream answers with the path, after a while; a body it reads to its end first. */
const createSlowStage = () =>
  createStage(guarding('/**: public\n/mine: read', 'timeouts: { shutdown: 1s }'), (socket, received) => {
    if (!received.endsWith('\r\n\r\n') && !received.endsWith('hello')) return
    const path = lastPath(received)
    setTimeout(
      () => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`),
      thinkingMs,
    )
  })

/** The final answers: interim ones may come before, of which a client takes no notice. */
const answersIn = (text: string) => responsesIn(text).filter(({ status }) => status >= 200)

const lines = (stage: Stage) => stage.gateway.logs.filter(({ msg }) => msg === 'request')

describe('a client that ends its half of the connection behind its request gets its answer', () => {
  test.each([
    ['GET', get('/x')],
    ['GET with Connection: close', 'GET /x HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n'],
    ['POST', 'POST /x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\n\r\nhello'],
    [
      'POST in chunks',
      'POST /x HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
    ],
  ])('%s', async (_name, bytes) => {
    const stage = await createSlowStage()
    const client = await openConnection(stage.gateway.port)
    client.write(bytes)
    client.socket.end()
    await expect.poll(() => client.closed, { timeout: 3000 }).toBe(true)
    expect(answersIn(client.text())).toMatchObject([{ status: 200, body: '/x', complete: true }])
    await expect.poll(() => lines(stage)).toMatchObject([{ status: 200, outcome: 'allow', bytesOut: 2 }])
    expect(lines(stage)[0]).not.toHaveProperty('code')
  })

  test('GET by HTTP/1.0, which knows no interim answers (RFC 9110 section 15.2)', async () => {
    const stage = await createSlowStage()
    const client = await openConnection(stage.gateway.port)
    client.write('GET /x HTTP/1.0\r\nHost: a.test\r\n\r\n')
    client.socket.end()
    await expect.poll(() => client.closed, { timeout: 3000 }).toBe(true)
    expect(responsesIn(client.text())).toMatchObject([{ status: 200, body: '/x' }])
  })

  test('to each of its pipelined requests', async () => {
    const stage = await createSlowStage()
    const client = await openConnection(stage.gateway.port)
    client.write(get('/1') + get('/2') + get('/3'))
    client.socket.end()
    await expect.poll(() => client.closed, { timeout: 5000 }).toBe(true)
    expect(answersIn(client.text()).map(({ body }) => body)).toEqual(['/1', '/2', '/3'])
  })

  test('when that is a refusal', async () => {
    const stage = await createSlowStage()
    const client = await openConnection(stage.gateway.port)
    client.write(get('/mine'))
    client.socket.end()
    await expect.poll(() => client.closed).toBe(true)
    expect(answersIn(client.text())).toMatchObject([{ status: 401, complete: true }])
  })

  test('when it comes from a token that must be verified first', async () => {
    const stage = await createSlowStage()
    const client = await openConnection(stage.gateway.port)
    client.write(`GET /mine HTTP/1.1\r\nHost: a.test\r\nAuthorization: Bearer ${await stage.token()}\r\n\r\n`)
    client.socket.end()
    await expect.poll(() => client.closed, { timeout: 3000 }).toBe(true)
    expect(answersIn(client.text())).toMatchObject([{ status: 200, body: '/mine' }])
  })

  test('when it is a large one', async () => {
    const body = 'x'.repeat(4 << 20)
    const stage = await createStage(guarding('/**: public'), (socket, received) => {
      if (!received.endsWith('\r\n\r\n')) return
      setTimeout(() => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`)
        socket.write(body)
      }, thinkingMs)
    })
    const client = await openConnection(stage.gateway.port)
    client.write(get('/x'))
    client.socket.end()
    await expect.poll(() => client.closed, { timeout: 5000 }).toBe(true)
    expect(answersIn(client.text())[0]?.body.length).toBe(body.length)
  })

  test('with shutdown(SHUT_WR) of Python', async () => {
    const stage = await createSlowStage()
    expect(await python(halfClosing, stage.gateway.port)).toContain('/python')
  })
})

describe('a client that is gone', () => {
  test('by a reset aborts its upstream request at once', async () => {
    const stage = await createStage(guarding('/**: public', 'timeouts: { shutdown: 1s }'), () => {})
    const client = await openConnection(stage.gateway.port)
    client.write(get('/x'))
    await expect.poll(() => stage.upstream.received()).toContain('/x')
    client.socket.resetAndDestroy()
    await stage.upstream.closed
    await expect.poll(() => lines(stage)).toMatchObject([{ status: 499, code: 'client_closed' }])
  })

  test('is asked for a sign of life in the turn of a later request too', async () => {
    const stage = await createStage(
      guarding('/**: public', 'timeouts: { shutdown: 1s }'),
      (socket, received) => {
        if (lastPath(received) === '/1')
          setTimeout(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'), 50)
      },
    )
    const client = await openConnection(stage.gateway.port)
    client.write(get('/1') + get('/2'))
    client.socket.end()
    await expect.poll(client.text, { timeout: 3000 }).toMatch(/^HTTP\/1\.1 200.*HTTP\/1\.1 102 /s)
    client.socket.destroy()
    await expect
      .poll(() => lines(stage), { timeout: 4000 })
      .toMatchObject([
        { path: '/1', status: 200 },
        { path: '/2', status: 499 },
      ])
  })

  test('in the middle of its head leaves nothing behind', async () => {
    const stage = await createSlowStage()
    const client = await openConnection(stage.gateway.port)
    client.write('GET /x HTTP/1.1\r\nHost: a')
    client.socket.end()
    await expect.poll(() => client.closed).toBe(true)
    expect(stage.upstream.received()).toBe('')
  })

  test('in the middle of its body never looks complete upstream', async () => {
    const stage = await createStage(guarding('/**: public', 'timeouts: { shutdown: 1s }'), () => {})
    const client = await openConnection(stage.gateway.port)
    client.write('POST /x HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n')
    await expect.poll(() => stage.upstream.received()).toContain('hello')
    client.socket.end()
    await stage.upstream.closed
    expect(stage.upstream.received()).not.toContain('0\r\n\r\n')
    await expect.poll(() => client.closed).toBe(true)
  })
})

const halfClosing = `
import socket, sys
connection = socket.create_connection(('127.0.0.1', int(sys.argv[1])), timeout=5)
connection.sendall(b'GET /python HTTP/1.1\\r\\nHost: a.test\\r\\n\\r\\n')
connection.shutdown(socket.SHUT_WR)
answer = b''
while True:
    part = connection.recv(65536)
    if not part:
        break
    answer += part
print(answer.decode('latin1'))
`
