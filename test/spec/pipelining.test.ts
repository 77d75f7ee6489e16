import { readFileSync } from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openConnection, type RawConnection } from '../support/connection.ts'
import { type GatewayProcess, spawnGateway } from '../support/process.ts'
import { responsesIn } from '../support/responses.ts'
import { call, createStage, guarding, type Stage } from '../support/stage.ts'
import { lastPath, ok, startUpstream } from '../support/upstream.ts'
import { handshake } from '../support/websocket.ts'

const ask = (method: string, path: string) => `${method} ${path} HTTP/1.1\r\nHost: a.test\r\n\r\n`

const mebibyte = 1 << 20

const routes = '/**: public\n/socket: { public: true, websocket: true }'

const config = (upstream: string, timeouts = 'response: 20s', top = '') =>
  guarding(routes, `timeouts: { shutdown: 1s, ${timeouts} }\n${top}`).replace(
    'upstream: UPSTREAM',
    `upstream: { url: UPSTREAM, ${upstream} }`,
  )

type Held = { readonly path: string; answer(): void }

/** Its upstream answers everything with its path: `/slow…` when it is told to, all else at once. */
async function createHoldingStage(yaml: string): Promise<{ stage: Stage; held: Held[] }> {
  const held: Held[] = []
  const stage = await createStage(yaml, (socket, received) => {
    if (!received.endsWith('\r\n\r\n')) return
    const path = lastPath(received)
    const answer = () => void socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`)
    if (path.startsWith('/slow')) held.push({ path, answer })
    else answer()
  })
  return { stage, held }
}

const requestLines = (stage: Stage) => stage.gateway.logs.filter(({ msg }) => msg === 'request')
const asked = (stage: Stage, method: string) =>
  stage.upstream.received().match(new RegExp(`^${method} /`, 'gm'))?.length ?? 0
const logged = (stage: Stage, method: string) =>
  requestLines(stage).filter((line) => line['method'] === method && line['outcome'] === 'allow').length

describe('one request of a connection at a time', () => {
  test('what is pipelined is not looked at before the answer ahead of it is over', async () => {
    const { stage, held } = await createHoldingStage(config('connections: 8'))
    const client = await openConnection(stage.gateway.port)
    client.write(
      ask('GET', '/slow/1') + ask('GET', '/slow/2') + ask('GET', '/none//') + ask('GET', '/slow/3'),
    )
    const paths = () => held.map(({ path }) => path)
    await expect.poll(paths).toEqual(['/slow/1'])
    expect(requestLines(stage)).toEqual([])
    held[0]?.answer()
    await expect.poll(paths).toEqual(['/slow/1', '/slow/2'])
    held[1]?.answer()
    await expect.poll(paths).toEqual(['/slow/1', '/slow/2', '/slow/3'])
    held[2]?.answer()
    await expect.poll(() => responsesIn(client.text()).length).toBe(3)
  })

  test('44 KB of them on one connection keep an upstream from nobody', async () => {
    const { stage, held } = await createHoldingStage(config('connections: 4, queue: 10', 'response: 10s'))
    const client = await openConnection(stage.gateway.port)
    client.write(ask('GET', '/slow').repeat(1100))
    await expect.poll(() => held.length).toBeGreaterThan(0)
    for (let turn = 0; turn < 10; turn++) {
      const startedMs = performance.now()
      expect(await stage.call('/x')).toMatchObject({ status: 200, body: '/x' })
      expect(performance.now() - startedMs).toBeLessThan(1000)
    }
    expect(held).toHaveLength(1)
  })

  test('44 KB of them are over when their client leaves, and its upstream is free again', async () => {
    const { stage, held } = await createHoldingStage(config('connections: 4, queue: 2000', 'response: 10s'))
    const client = await openConnection(stage.gateway.port)
    client.write(ask('GET', '/slow').repeat(1100))
    await expect.poll(() => held.length).toBeGreaterThan(0)
    client.socket.resetAndDestroy()
    await expect.poll(() => requestLines(stage).length).toBeGreaterThan(0)
    const startedMs = performance.now()
    expect(await stage.call('/x')).toMatchObject({ status: 200, body: '/x' })
    expect(performance.now() - startedMs).toBeLessThan(1000)
    await expect.poll(() => logged(stage, 'GET')).toBe(asked(stage, 'GET'))
    expect(requestLines(stage).filter(({ code }) => code === 'client_closed')).toHaveLength(1)
  })

  test.each([
    ['', ''],
    [', an upgrade behind them', handshake('/socket')],
    [', a refusal behind them', ask('GET', '/a//b')],
  ])('a DELETE behind a slow GET whose client leaves%s is logged or not performed', async (_name, last) => {
    const { stage, held } = await createHoldingStage(config('connections: 8'))
    const client = await openConnection(stage.gateway.port)
    client.write(ask('GET', '/slow') + ask('DELETE', '/todos/1') + ask('DELETE', '/todos/2') + last)
    await expect.poll(() => held.length).toBe(1)
    // Whoever looks ahead has asked for them by now.
    expect((await stage.call('/x')).status).toBe(200)
    client.socket.resetAndDestroy()
    await expect.poll(() => logged(stage, 'DELETE')).toBe(asked(stage, 'DELETE'))
    await expect.poll(() => logged(stage, 'GET')).toBe(asked(stage, 'GET'))
  })

  test.each([
    ['', ''],
    [', an upgrade behind them', handshake('/socket')],
  ])(
    'those whose client has left%s let the old rules and connections go after a reload',
    async (_name, last) => {
      const { stage, held } = await createHoldingStage(config('connections: 8', 'response: 20s'))
      const client = await openConnection(stage.gateway.port)
      client.write(ask('GET', '/slow/1') + ask('GET', '/x') + ask('GET', '/slow/2') + last)
      await expect.poll(() => held.length).toBeGreaterThan(0)
      client.socket.resetAndDestroy()
      await expect.poll(() => requestLines(stage).length).toBeGreaterThan(0)
      // Other options make another pool: the old one goes with the last request that it served.
      await stage.gateway.reload(stage.config(config('connections: 7')))
      await expect.poll(() => stage.upstream.open, { timeout: 3000 }).toBe(0)
      expect((await stage.call('/x')).status).toBe(200)
    },
  )

  test('those behind a request that ends its connection are not looked at', async () => {
    const { stage } = await createHoldingStage(config('connections: 8'))
    const client = await openConnection(stage.gateway.port)
    client.write(`GET /x HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n${ask('DELETE', '/todos/1')}`)
    await client.over
    expect(responsesIn(client.text())).toHaveLength(1)
    expect(asked(stage, 'DELETE')).toBe(0)
  })

  test('a thousand of them in one segment are all answered, in order, with one line each', async () => {
    const { stage } = await createHoldingStage(config('connections: 8'))
    const client = await openConnection(stage.gateway.port)
    const paths = Array.from({ length: 1000 }, (_, i) => `/${i}`)
    client.write(paths.map((path) => ask('GET', path)).join(''))
    await expect.poll(() => responsesIn(client.text()).length, { timeout: 8000 }).toBe(1000)
    expect(responsesIn(client.text()).map(({ body }) => body)).toEqual(paths)
    await expect.poll(() => requestLines(stage).length).toBe(1000)
  })

  test('bodies among them go to their own requests', async () => {
    const { stage } = await createHoldingStage(config('connections: 8'))
    const client = await openConnection(stage.gateway.port)
    const post = (path: string, body: string) =>
      `POST ${path} HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const chunked = (path: string, body: string) =>
      `POST ${path} HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n${body.length}\r\n${body}\r\n0\r\n\r\n`
    const end = '\r\n\r\n'
    client.write(
      post('/1', `a${end}`) +
        chunked('/2', 'b') +
        ask('GET', '/3') +
        post('/4', `c${end}`) +
        ask('GET', '/5'),
    )
    await expect.poll(() => responsesIn(client.text()).length).toBe(5)
    expect(responsesIn(client.text()).map(({ body }) => body)).toEqual(['/1', '/2', '/3', '/4', '/5'])
  })
})

describe('what waits behind an outstanding answer is bounded', () => {
  const requests = 150_000

  /** A gateway in a process of its own, and a client that sends 5 MB behind a held request. */
  async function flood() {
    const upstream = await startUpstream((socket, received) => {
      if (!received.includes('/slow') && received.endsWith('\r\n\r\n')) socket.write(ok)
    })
    onTestFinished(() => upstream.stop())
    const gateway = await spawnGateway(
      config('connections: 8').replace('issuer: { url: ISSUER }', '').replace('UPSTREAM', upstream.url),
    )
    expect((await call(gateway.port, '/x')).status).toBe(200)
    const before = residentBytes(gateway)
    const client = await openConnection(gateway.port)
    client.write(ask('GET', '/slow'))
    await expect.poll(() => upstream.received()).toContain('/slow')
    for (let i = 0; i < requests / 1000; i++) client.write(ask('GET', '/x').repeat(1000))
    let last = 0
    await expect
      .poll(
        () => {
          const now = residentBytes(gateway)
          const still = Math.abs(now - last) < mebibyte
          last = now
          return still
        },
        { interval: 700, timeout: 10_000 },
      )
      .toBe(true)
    return { gateway, client, before }
  }

  test('5 MB of requests do not become 500 MB of memory', async () => {
    const { gateway, before } = await flood()
    expect(residentBytes(gateway) - before).toBeLessThan(48 * mebibyte)
  })

  test('and when their client leaves, the others are served without delay', async () => {
    const { gateway, client } = await flood()
    client.socket.resetAndDestroy()
    for (let turn = 0; turn < 5; turn++) {
      const startedMs = performance.now()
      expect((await call(gateway.port, '/x')).status).toBe(200)
      expect(performance.now() - startedMs).toBeLessThan(1000)
    }
  })
})

const residentBytes = ({ child }: GatewayProcess) =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) * 1024

describe('the queue before an upstream', () => {
  const one = 'connections: 1, queue: 8'
  const other = '127.0.0.2'

  async function send(stage: Stage, path: string, from?: string) {
    const client = await openConnection(stage.gateway.port, from === undefined ? {} : { from })
    client.write(ask('GET', path))
    return client
  }

  test('gives its places to client addresses in turn', async () => {
    const { stage, held } = await createHoldingStage(config(one))
    await send(stage, '/slow/first')
    await expect.poll(() => held.length).toBe(1)
    for (let i = 1; i <= 5; i++) await send(stage, `/slow/${i}`)
    await send(stage, '/slow/other', other)
    expect((await stage.call('/a//b')).status).toBe(400)
    for (let turn = 1; turn <= 6; turn++) {
      held.at(-1)?.answer()
      await expect.poll(() => held.length).toBe(turn + 1)
    }
    const order = held.map(({ path }) => path)
    expect(order.indexOf('/slow/other')).toBeLessThanOrEqual(2)
    expect(order.filter((path) => path !== '/slow/other')).toEqual(
      ['first', 1, 2, 3, 4, 5].map((name) => `/slow/${name}`),
    )
  })

  test('has a place for another address when one has filled it, and the longest line loses its last', async () => {
    const { stage, held } = await createHoldingStage(config(one))
    await send(stage, '/slow/first')
    await expect.poll(() => held.length).toBe(1)
    const flood: RawConnection[] = []
    for (let i = 1; i <= 8; i++) flood.push(await send(stage, `/slow/${i}`))
    expect(await stage.call('/own')).toMatchObject({ status: 503, problem: { code: 'upstream_busy' } })
    const client = await send(stage, '/slow/other', other)
    await expect.poll(() => responsesIn(flood[7]?.text() ?? '')).toMatchObject([{ status: 503 }])
    expect(client.text()).toBe('')
    held[0]?.answer()
    await expect.poll(() => held.length).toBe(2)
    held[1]?.answer()
    await expect.poll(() => held.length).toBe(3)
    expect(held.slice(1).map(({ path }) => path)).toContain('/slow/other')
  })

  test('counts the address that a trusted proxy tells', async () => {
    const { stage, held } = await createHoldingStage(
      config(one, 'response: 20s', 'trustedProxies: [127.0.0.1]'),
    )
    const from = async (address: string, path: string) => {
      const client = await openConnection(stage.gateway.port)
      client.write(`GET ${path} HTTP/1.1\r\nHost: a.test\r\nX-Forwarded-For: ${address}\r\n\r\n`)
    }
    await from('203.0.113.1', '/slow/first')
    await expect.poll(() => held.length).toBe(1)
    for (let i = 1; i <= 5; i++) await from('203.0.113.1', `/slow/${i}`)
    await from('203.0.113.2', '/slow/other')
    expect((await stage.call('/a//b')).status).toBe(400)
    for (let turn = 1; turn <= 2; turn++) {
      held.at(-1)?.answer()
      await expect.poll(() => held.length).toBe(turn + 1)
    }
    expect(held.map(({ path }) => path)).toContain('/slow/other')
  })
})
