import type { Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openConnection } from '../support/connection.ts'
import { spawnGateway } from '../support/process.ts'
import { node, python } from '../support/program.ts'
import { responsesIn } from '../support/responses.ts'
import { createStage, guarding, type Stage } from '../support/stage.ts'
import { ok, startUpstream } from '../support/upstream.ts'

const mebibyte = 1 << 20
const uploadBytes = 8 * mebibyte

const routes = `
/open: { POST: public }
/mine: { POST: read }
/read: { GET: public }
/early/{status}: { public: true, limits: { bodyBytes: 1GiB } }
`

/** Its upstream answers `/early` at the head, and goes on reading; everything else it answers at the end. */
function createUploadStage(): Promise<Stage> {
  const answered = new Set<Socket>()
  return createStage(guarding(routes, 'limits: { bodyBytes: 1MiB }'), (socket, received) => {
    const status = /^POST \/early\/(\d+)/.exec(received)?.[1]
    if (status === undefined) return void (received.endsWith('\r\n\r\n') && socket.write(ok))
    if (answered.has(socket)) return
    answered.add(socket)
    socket.write(`HTTP/1.1 ${status} X\r\nContent-Length: 5\r\n\r\nearly`)
  })
}

/**
 * Requests that are refused before their body is read: the path of each, and the status that its client
 * reads.
 */
const refusals = [
  ['a body over the limit', '/open', 413],
  ['no token', '/mine', 401],
  ['no route', '/none', 404],
  ['a method that the path does not list', '/read', 405],
  ['an early answer of the upstream, 413', '/early/413', 413],
  ['an early answer of the upstream, 401', '/early/401', 401],
  ['an early answer of the upstream, 200', '/early/200', 200],
] as const

const tries = 12

describe('an upload that is refused while its body is on its way tells its client why', () => {
  test.each(refusals)('by fetch, with a length and in chunks: %s', async (_name, path, status) => {
    const { gateway } = await createUploadStage()
    const seen = await node(uploadsByFetch, `http://127.0.0.1:${gateway.port}${path}`, uploadBytes, tries)
    expect(seen).toEqual(Array(tries).fill(String(status)))
  })

  test.each(refusals)('by http.client of Python: %s', async (_name, path, status) => {
    const { gateway } = await createUploadStage()
    const seen = await python(uploadsByHttpClient, gateway.port, path, uploadBytes, tries)
    expect(seen).toEqual(Array(tries).fill(String(status)))
  })

  test('by http.client of Python: each of many early answers, of a gateway in a process of its own', async () => {
    const answered = new Set<Socket>()
    const upstream = await startUpstream((socket) => {
      if (!answered.has(socket)) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly')
      answered.add(socket)
    })
    onTestFinished(() => upstream.stop())
    const gateway = await spawnGateway(
      `apis: { a: { resource: https://a.test/, upstream: "${upstream.url}", routes: { /**: public } } }`,
    )
    // A race between the upload and its answer shows once in fifty tries.
    const seen = await python(uploadsByHttpClient, gateway.port, '/x', uploadBytes, 150)
    expect(seen.filter((status) => status !== '200')).toEqual([])
  }, 40_000)

  test.each(refusals)(
    'by a socket that reads only when it has written all: %s',
    async (_name, path, status) => {
      const { gateway } = await createUploadStage()
      const client = await openConnection(gateway.port, { reads: false })
      client.write(headOf(path, uploadBytes))
      await write(client.socket, Buffer.alloc(uploadBytes, 65))
      client.socket.resume()
      await client.over
      expect(responsesIn(client.text(), ['POST'])).toMatchObject([{ status, complete: true }])
      expect(client.error).toBeUndefined()
      expect(client.ended).toBe(true)
    },
  )
})

describe('the connection of a refused upload', () => {
  test('is half-closed at once, so that the client knows that it may stop', async () => {
    const { gateway } = await createUploadStage()
    const client = await openConnection(gateway.port)
    client.write(headOf('/open', uploadBytes))
    await client.over
    expect(client.ended).toBe(true)
    expect(responsesIn(client.text())).toMatchObject([{ status: 413, complete: true }])
    expect(client.text()).toMatch(/^connection: close\r$/im)
  })

  test('never makes a request out of the body', async () => {
    const stage = await createUploadStage()
    const hidden = 'POST /open HTTP/1.1\r\nHost: a.test\r\nContent-Length: 0\r\n\r\n'
    const client = await openConnection(stage.gateway.port)
    client.write(headOf('/mine', 1_000_000) + hidden.repeat(100))
    await client.over
    client.socket.end()
    await expect.poll(() => client.closed).toBe(true)
    expect(responsesIn(client.text()).map(({ status }) => status)).toEqual([401])
    expect(stage.upstream.received()).toBe('')
    expect(stage.gateway.logs.filter(({ msg }) => msg === 'request')).toHaveLength(1)
  })

  test('is closed when the client has closed its half', async () => {
    const stage = await createUploadStage()
    const client = await openConnection(stage.gateway.port)
    client.write(`${headOf('/mine', 1_000_000)}some`)
    await client.over
    client.socket.end()
    await expect.poll(() => client.closed).toBe(true)
    await expect.poll(() => connectionsOf(stage)).toBe(0)
  })

  test('does not hold the upstream of an early answer to the rest of the body', async () => {
    const stage = await createUploadStage()
    const client = await openConnection(stage.gateway.port)
    client.write(`${headOf('/early/200', uploadBytes)}some`)
    await expect.poll(() => responsesIn(client.text())).toMatchObject([{ status: 200, body: 'early' }])
    await stage.upstream.closed
  })
})

describe('a request that is refused on a bare socket reaches a client that goes on writing', () => {
  const broken = `POST /open HTTP/1.1\r\nHost: a.test\r\nX: \0\r\nContent-Length: ${uploadBytes}\r\n\r\n`
  const upgrade = (path: string) =>
    `GET ${path} HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'

  test.each([
    ['a head that does not parse', broken, 400],
    ['an upgrade at a route that takes none', upgrade('/read'), 400],
    ['an upgrade at no route', upgrade('/none'), 404],
    ['a CONNECT', 'CONNECT a.test:80 HTTP/1.1\r\nHost: a.test:80\r\n\r\n', 400],
  ])('%s', async (_name, head, status) => {
    for (let turn = 0; turn < 5; turn++) {
      const { gateway } = await createUploadStage()
      const client = await openConnection(gateway.port, { reads: false })
      client.write(head)
      await write(client.socket, Buffer.alloc(uploadBytes, 65))
      client.socket.resume()
      await client.over
      expect(client.error).toBeUndefined()
      expect(responsesIn(client.text())).toMatchObject([{ status, complete: true }])
    }
  })
})

const headOf = (path: string, length: number) =>
  `POST ${path} HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${length}\r\n\r\n`

const uploadsByHttpClient = `
import http.client, sys, time
port, path, size, tries = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
for _ in range(tries):
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=8)
    started = time.monotonic()
    try:
        connection.request('POST', path, body=b'A' * size)
        answer = connection.getresponse()
        answer.read()
        print(answer.status if time.monotonic() - started < 3 else 'late')
    except Exception as error:
        print(type(error).__name__)
    finally:
        connection.close()
`

/** With a length and in chunks, in turn. */
const uploadsByFetch = `
const [url, size, tries] = process.argv.slice(1)
const chunks = () => {
  let left = size
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(new Uint8Array(65_536))
      left -= 65_536
      if (left <= 0) controller.close()
    },
  })
}
for (let turn = 0; turn < tries; turn++) {
  const body = turn % 2 === 0 ? Buffer.alloc(Number(size), 65) : chunks()
  try {
    const response = await fetch(url, { method: 'POST', body, duplex: 'half', signal: AbortSignal.timeout(5000) })
    await response.arrayBuffer()
    console.log(response.status)
  } catch (error) {
    console.log(error.cause?.code ?? error.name)
  }
}
process.exit()
`

/** Resolves when all of it is on its way, or nobody takes it any more. */
function write(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => void socket.write(bytes, () => resolve()))
}

async function connectionsOf(stage: Stage): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${stage.gateway.adminPort}/readyz`)
  return ((await answer.json()) as { connections: number }).connections
}
