import type { Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openConnection, type RawConnection } from '../support/connection.ts'
import { responsesIn } from '../support/responses.ts'
import { createStage, guarding, type Stage } from '../support/stage.ts'
import { lastPath } from '../support/upstream.ts'
import { handshake } from '../support/websocket.ts'

const routes = '/**: public\n/socket: { public: true, websocket: true }\n/closed: read'
const idle = 'timeouts: { idle: 400ms, head: 400ms, shutdown: 1s }'

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a.test\r\n\r\n`

async function connectionsOf(stage: Stage): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${stage.gateway.adminPort}/readyz`)
  return ((await answer.json()) as { connections: number }).connections
}

/** All that clients opened is let go. */
const expectNobodyHeld = (stage: Stage) => expect.poll(() => connectionsOf(stage), { timeout: 5000 }).toBe(0)

const lineOf = (stage: Stage, path: string) => stage.gateway.logs.find((line) => line['path'] === path)

/** Its upstream answers `/slow` when it is told to, and everything else with these bytes at once. */
async function createHeldStage(bytes: string, yaml = guarding(routes, idle)) {
  const held: Socket[] = []
  const stage = await createStage(yaml, (socket, received) => {
    if (!received.endsWith('\r\n\r\n')) return
    if (lastPath(received).startsWith('/slow')) held.push(socket)
    else socket.write(Buffer.from(bytes, 'latin1'))
  })
  return { stage, held }
}

const answer = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`

describe('a handshake that the upstream answers with anything but 101', () => {
  test.each([
    ['a complete 200', answer('hello')],
    ['a complete 403', 'HTTP/1.1 403 X\r\nContent-Length: 2\r\n\r\nno'],
    ['a complete 403 in chunks', 'HTTP/1.1 403 X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n'],
    ['a 302 without a body', 'HTTP/1.1 302 X\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n'],
    ['a 304 with a length', 'HTTP/1.1 304 X\r\nContent-Length: 10\r\n\r\n'],
  ])('%s: reaches the client, and is let go though the client stays', async (_name, bytes) => {
    const { stage } = await createHeldStage(bytes)
    const client = await openConnection(stage.gateway.port)
    client.write(handshake('/socket'))
    await client.over
    expect(client.text()).toMatch(new RegExp(`^HTTP/1\\.1 ${bytes.slice(9, 12)} `))
    await expectNobodyHeld(stage)
    await expect.poll(() => lineOf(stage, '/socket')).toMatchObject({ status: Number(bytes.slice(9, 12)) })
  })

  test.each([
    ['a 200 that stalls behind its head', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
    ['a 200 that stalls in its body', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel'],
    ['a 403 that stalls in a chunk', 'HTTP/1.1 403 X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe'],
  ])('%s: is over after timeouts.idle, on both sides', async (_name, bytes) => {
    const { stage } = await createHeldStage(bytes)
    const client = await openConnection(stage.gateway.port)
    client.write(handshake('/socket'))
    await expect.poll(() => lineOf(stage, '/socket'), { timeout: 3000 }).toBeDefined()
    await expectNobodyHeld(stage)
    expect(client.closed || client.ended).toBe(true)
    expect(lineOf(stage, '/socket')).toMatchObject({ code: 'upstream_timeout' })
    await expect.poll(() => stage.upstream.open).toBe(0)
  })

  test('a large 200 to a client that reads nothing: is over after timeouts.idle', async () => {
    const { stage } = await createHeldStage(answer('x'.repeat(16 << 20)))
    const client = await openConnection(stage.gateway.port, { reads: false })
    client.write(handshake('/socket'))
    await expect
      .poll(() => lineOf(stage, '/socket'), { timeout: 3000 })
      .toMatchObject({ code: 'client_closed' })
    await expectNobodyHeld(stage)
    await expect.poll(() => stage.upstream.open).toBe(0)
  })

  test.each([
    ['no token', '/closed'],
    ['a route that takes none', '/none'],
  ])('a refusal by the gateway, %s: is let go though the client stays', async (_name, path) => {
    const { stage } = await createHeldStage(answer('hello'))
    const client = await openConnection(stage.gateway.port)
    client.write(handshake(path))
    await client.over
    expect(responsesIn(client.text())).toMatchObject([{ complete: true }])
    // Five seconds are for clients that go on sending; this one was never heard of again.
    await expect.poll(() => connectionsOf(stage), { timeout: 8000 }).toBe(0)
  })
})

describe('a client that does not read', () => {
  test('its refusals is let go after timeouts.idle: no token is needed to fill the memory', async () => {
    const stage = await createStage(guarding('/closed: read', idle))
    const client = await openConnection(stage.gateway.port, { reads: false })
    pour(client, get('/none').repeat(200))
    await expectNobodyHeld(stage)
  })

  test.each([64, 512, 2048, 4096, 8192])(
    'the last bytes of %i KiB is let go after timeouts.idle',
    async (size) => {
      const { stage } = await createHeldStage(answer('x'.repeat(size * 1024)))
      const client = await openConnection(stage.gateway.port, { reads: false })
      client.write(get('/x'))
      await expectNobodyHeld(stage)
      await expect.poll(() => lineOf(stage, '/x')).toMatchObject({ status: 200 })
    },
  )

  test('a hundred answers, one behind the other, is let go, and each that was asked for has its line', async () => {
    const { stage } = await createHeldStage(answer('x'.repeat(100_000)))
    const client = await openConnection(stage.gateway.port, { reads: false })
    client.write(get('/x').repeat(100))
    await expectNobodyHeld(stage)
    const lines = () => stage.gateway.logs.filter(({ msg }) => msg === 'request')
    const asked = () => stage.upstream.received().match(/^GET \/x/gm)?.length
    await expect.poll(() => lines().length).toBe(asked())
  })

  test('but reads a little now and then is served to the end', async () => {
    const body = 'x'.repeat(8 << 20)
    const { stage } = await createHeldStage(answer(body))
    const client = await openConnection(stage.gateway.port, { reads: false })
    client.write(get('/x'))
    const sipping = setInterval(() => {
      client.socket.resume()
      setImmediate(() => client.socket.pause())
    }, 50)
    await expect.poll(() => responsesIn(client.text())[0]?.complete, { timeout: 15_000 }).toBe(true)
    clearInterval(sipping)
    expect(responsesIn(client.text())[0]?.body.length).toBe(body.length)
  })
})

describe('behind an answer that is outstanding', () => {
  const rest = '\r\nHost: a.test\r\nX-Half: '
  const shortHead = guarding(routes, 'timeouts: { idle: 20s, head: 400ms, shutdown: 1s }')

  test.each(['is silent from then on', 'goes on a byte at a time'])(
    'half a head that %s is given timeouts.head, and no word is written before that answer',
    async (pace) => {
      const { stage, held } = await createHeldStage(answer('quick'), shortHead)
      const client = await openConnection(stage.gateway.port)
      client.write(`${get('/slow')}GET /half HTTP/1.1${rest}`)
      const dripping = setInterval(() => pace.startsWith('goes') && client.write('x'), 100)
      onTestFinished(() => clearInterval(dripping))
      await expect.poll(() => held.length).toBe(1)
      const sentMs = performance.now()
      // Longer than timeouts.head, and than the second in which Node looks for slow heads.
      await expect.poll(() => performance.now() - sentMs, { timeout: 5000 }).toBeGreaterThan(1800)
      expect(client.text()).toBe('')
      held[0]?.write(answer('slow'))
      await expect.poll(() => client.ended || client.closed, { timeout: 4000 }).toBe(true)
      const [first, ...others] = responsesIn(client.text())
      expect(first).toMatchObject({ status: 200, body: 'slow', complete: true })
      for (const { status } of others) expect(status).toBe(408)
      clearInterval(dripping)
      client.socket.destroy()
      await expectNobodyHeld(stage)
    },
  )

  test.each([
    ['a refused upgrade', handshake('/closed'), 400],
    ['an upgrade to nothing', handshake('/none//'), 400],
    [
      'a foreign upgrade',
      'GET /x HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: mqtt\r\n\r\n',
      undefined,
    ],
    ['a CONNECT', 'CONNECT a.test:80 HTTP/1.1\r\nHost: a.test:80\r\n\r\n', 400],
    ['a head that does not parse', 'GARBAGE\r\n\r\n', undefined],
    [
      'a head that is too large',
      `GET /x HTTP/1.1\r\nHost: a.test\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
      undefined,
    ],
  ])('%s is not answered before it', async (_name, bytes, status) => {
    const { stage, held } = await createHeldStage(
      answer('quick'),
      guarding(routes, 'timeouts: { shutdown: 1s }'),
    )
    const client = await openConnection(stage.gateway.port)
    client.write(get('/slow') + bytes)
    await expect.poll(() => held.length).toBe(1)
    expect((await stage.call('/x')).status).toBe(200)
    expect(client.text()).toBe('')
    held[0]?.write(answer('slow'))
    await expect
      .poll(() => responsesIn(client.text())[0])
      .toMatchObject({ status: 200, body: 'slow', complete: true })
    if (status === undefined) return
    await expect.poll(() => responsesIn(client.text())[1]).toMatchObject({ status, complete: true })
  })

  test('a WebSocket waits, and its 101 and messages follow that answer', async () => {
    const held: Socket[] = []
    const stage = await createStage(guarding(routes, 'timeouts: { shutdown: 1s }'), (socket, received) => {
      if (!received.endsWith('\r\n\r\n')) return
      if (received.includes('GET /slow')) return void held.push(socket)
      const accept = 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo='
      socket.write(`HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${accept}\r\n\r\nmessage`)
    })
    const client = await openConnection(stage.gateway.port)
    client.write(get('/slow') + handshake('/socket'))
    await expect.poll(() => held.length).toBe(1)
    expect((await stage.call('/a//b')).status).toBe(400)
    expect(client.text()).toBe('')
    expect(stage.upstream.received()).not.toContain('/socket')
    held[0]?.write(answer('slow'))
    await expect.poll(client.text).toMatch(/^HTTP\/1\.1 200 .*\r\n\r\nslowHTTP\/1\.1 101 .*\r\n\r\nmessage$/s)
  })
})

/** Writes without end, as fast as it is taken. */
function pour({ socket }: RawConnection, text: string): void {
  const bytes = Buffer.from(text, 'latin1')
  const more = () => {
    while (!socket.destroyed && socket.write(bytes));
    if (!socket.destroyed) socket.once('drain', more)
  }
  more()
}
