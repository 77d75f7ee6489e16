import { describe, expect, test } from 'vitest'
import { openConnection } from '../support/connection.ts'
import { responsesIn } from '../support/responses.ts'
import { createStage, guarding } from '../support/stage.ts'
import { ok } from '../support/upstream.ts'

const h2c =
  'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n'
const routes = '/open: public\n/mine: read\n/socket: { public: true, websocket: true }'

const createPlainStage = () =>
  createStage(guarding(routes), (socket, received) => {
    if (received.endsWith('\r\n\r\n') || received.endsWith('hello')) socket.write(ok)
  })

describe('a client that offers HTTP/2 on a plain connection is served as if it had not', () => {
  test.each([
    ['GET', '/open', '', 200],
    ['HEAD', '/open', '', 200],
    ['POST', '/open', 'hello', 200],
    ['GET', '/socket', '', 200],
    ['GET', '/mine', '', 401],
    ['GET', '/none', '', 404],
  ])('%s %s with %j: and its connection stays', async (method, path, body, status) => {
    const stage = await createPlainStage()
    const client = await openConnection(stage.gateway.port)
    const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`
    const answers = () => responsesIn(client.text(), [method, method])
    for (const turn of [1, 2]) {
      client.write(`${method} ${path} HTTP/1.1\r\nHost: a.test\r\n${h2c}${length}\r\n${body}`)
      await expect.poll(() => answers().length).toBe(turn)
    }
    expect(answers()).toMatchObject([
      { status, complete: true },
      { status, complete: true },
    ])
    expect(client.text()).not.toMatch(/HTTP\/1\.1 101/)
    expect(stage.upstream.received()).not.toMatch(/^(?:upgrade|http2-settings|connection: upgrade)/im)
  })

  test.each([
    ['with a length', 'Content-Length: 5\r\n\r\nhello'],
    ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'],
  ])('POST with a body %s', async (_name, rest) => {
    const stage = await createPlainStage()
    const client = await openConnection(stage.gateway.port)
    client.write(`POST /open HTTP/1.1\r\nHost: a.test\r\n${h2c}${rest}`)
    await expect
      .poll(() => responsesIn(client.text()))
      .toMatchObject([{ status: 200, body: 'ok', complete: true }])
    expect(stage.upstream.received()).toContain('hello')
  })

  test('POST with a body that comes later', async () => {
    const stage = await createPlainStage()
    const client = await openConnection(stage.gateway.port)
    client.write(`POST /open HTTP/1.1\r\nHost: a.test\r\n${h2c}Content-Length: 5\r\n\r\n`)
    expect((await stage.call('/none')).status).toBe(404)
    client.write('hello')
    await expect
      .poll(() => responsesIn(client.text()))
      .toMatchObject([{ status: 200, body: 'ok', complete: true }])
  })

  test.each(['H2C', 'h2c '])('spelt %j too', async (protocol) => {
    const stage = await createPlainStage()
    const client = await openConnection(stage.gateway.port)
    client.write(`GET /open HTTP/1.1\r\nHost: a.test\r\n${h2c.replace('h2c', protocol)}\r\n`)
    await expect.poll(() => responsesIn(client.text())).toMatchObject([{ status: 200, body: 'ok' }])
  })

  test('among pipelined requests: all are answered, in order', async () => {
    const stage = await createPlainStage()
    const client = await openConnection(stage.gateway.port)
    const plain = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a.test\r\n`
    client.write(
      `${plain('/open')}\r\n${plain('/open')}${h2c}\r\n${plain('/none')}\r\n${plain('/open')}${h2c}\r\n`,
    )
    await expect.poll(() => responsesIn(client.text()).length).toBe(4)
    expect(responsesIn(client.text()).map(({ status }) => status)).toEqual([200, 200, 404, 200])
  })

  test('behind another request, and when the client has ended its half meanwhile', async () => {
    const stage = await createStage(guarding(routes), (socket, received) => {
      if (received.endsWith('\r\n\r\n')) setTimeout(() => socket.write(ok), 100)
    })
    const client = await openConnection(stage.gateway.port)
    const plain = 'GET /open HTTP/1.1\r\nHost: a.test\r\n'
    client.write(`${plain}\r\n${plain}${h2c}\r\n${plain}${h2c}\r\n${plain}\r\n`)
    client.socket.end()
    await expect.poll(() => client.closed, { timeout: 3000 }).toBe(true)
    expect(responsesIn(client.text()).map(({ status }) => status)).toEqual([200, 200, 200, 200])
  })

  test('by the preface of HTTP/2 with prior knowledge is refused, and its connection closed', async () => {
    const stage = await createPlainStage()
    const client = await openConnection(stage.gateway.port)
    client.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    await client.over
    expect(stage.upstream.received()).toBe('')
  })
})
