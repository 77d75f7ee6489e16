import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as after } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGateway, type TestGateway } from '../support/gateway.ts'

const mebibyte = 1 << 20

/** How the connection of a refused upload came to its end. */
type Ending = {
  /** What the client received. */
  readonly text: string
  /** Bytes of the body that the client could send, those included that wait in buffers of the system. */
  readonly sent: number
  /** From the refusal until the gateway let the connection go. */
  readonly heldMs: number
}

type Upload = {
  readonly socket: Socket
  /** The gateway has let go. */
  readonly gone: Promise<unknown>
}

const gateways: TestGateway[] = []
let silent: Promise<Ending>
let dripping: Promise<Ending>
let flooding: Promise<Ending>
let large: Promise<Ending>

// Side by side, since each takes as long as its bound.
beforeAll(() => {
  silent = upload(async () => {})
  dripping = upload(async ({ socket, gone }) => {
    const timer = setInterval(() => socket.write('A'), 500)
    await gone
    clearInterval(timer)
  })
  flooding = upload(async (client) => {
    while (!client.socket.destroyed) await write(client, mebibyte)
  })
  large = upload(async (client) => {
    for (let sent = 0; sent < 60 * mebibyte; sent += mebibyte) await write(client, mebibyte)
    client.socket.end()
  })
})

afterAll(async () => {
  for (const gateway of gateways) await gateway.stop()
})

describe('what a client still sends when it was refused is read and thrown away', () => {
  test('until it has sent nothing for five seconds', async () => {
    const { text, heldMs } = await silent
    expect(text).toMatch(/^HTTP\/1\.1 404 .*\}$/s)
    expect(heldMs).toBeGreaterThan(4500)
    expect(heldMs).toBeLessThan(8000)
  })

  test('for thirty seconds at most, however steadily it comes', async () => {
    const { text, heldMs } = await dripping
    expect(text).toMatch(/^HTTP\/1\.1 404 .*\}$/s)
    expect(heldMs).toBeGreaterThan(28_000)
    expect(heldMs).toBeLessThan(35_000)
  }, 45_000)

  test('up to 64 MiB', async () => {
    const { text, sent, heldMs } = await flooding
    expect(text).toMatch(/^HTTP\/1\.1 404 .*\}$/s)
    expect(sent).toBeGreaterThanOrEqual(64 * mebibyte)
    expect(sent).toBeLessThan(64 * mebibyte + buffered)
    expect(heldMs).toBeLessThan(28_000)
  })

  test('and a client that stops before that is let go at once, with its answer whole', async () => {
    const { text, sent, heldMs } = await large
    expect(text).toMatch(/^HTTP\/1\.1 404 .*\}$/s)
    expect(sent).toBe(60 * mebibyte)
    expect(heldMs).toBeLessThan(4500)
  })
})

/** What may wait in the buffers of both sockets. */
const buffered = 16 * mebibyte

/** An upload to no route, of which `send` sends the body. */
async function upload(send: (client: Upload) => Promise<void>): Promise<Ending> {
  const gateway = await startGateway('apis: {}')
  gateways.push(gateway)
  const socket = connect({ port: gateway.port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => {})
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
  })
  const head = `POST /none HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${2 ** 40}\r\n\r\n`
  socket.write(head)
  // Its half is over, and so is its answer.
  await once(socket, 'end')
  const refusedMs = performance.now()
  const gone = untilGone(gateway)
  await send({ socket, gone })
  await gone
  const heldMs = performance.now() - refusedMs
  socket.destroy()
  return { text, sent: socket.bytesWritten - socket.writableLength - head.length, heldMs }
}

/** The client cannot see it: its own half stays open when nobody listens any more. */
async function untilGone(gateway: TestGateway): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${gateway.adminPort}/readyz`)
    if (((await answer.json()) as { connections: number }).connections === 0) return
    await after(100)
  }
}

/** Resolves when the bytes are on their way, or the connection is gone. */
async function write({ socket }: Upload, bytes: number): Promise<void> {
  if (socket.destroyed) return
  await new Promise<void>((resolve) => void socket.write(Buffer.alloc(bytes, 65), () => resolve()))
}
