import type { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openConnection } from '../support/connection.ts'
import { createStage, guarding, type Stage } from '../support/stage.ts'
import { acceptHandshake, closeFrame, handshake } from '../support/websocket.ts'

const routes = '/ws: { public: true, websocket: true }'
const kibibyte = 1024
const mebibyte = 1024 * kibibyte

/** Its upstream accepts every handshake, of which `serve` gets the query, and then does as `serve` says. */
const stageWith = (serve: (socket: Socket, query: string) => void, top = '') =>
  createStage(guarding(routes, top), (socket, received) => {
    const query = /^GET \/ws(\S*) .*\r\n\r\n$/s.exec(received)?.[1]
    if (query === undefined) return
    socket.write(acceptHandshake)
    serve(socket, query.slice(1))
  })

/** The bytes that came behind the head of the 101. */
const tunnelled = (text: string) => text.slice(text.indexOf('\r\n\r\n') + 4)

const lineOf = (stage: Stage) => stage.gateway.logs.findLast(({ msg }) => msg === 'request')

async function connectionsOf(stage: Stage): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${stage.gateway.adminPort}/readyz`)
  return ((await answer.json()) as { connections: number }).connections
}

/** How long a slow side reads nothing: the other one has long closed when it begins. */
const slowMs = 300

/** Reads nothing at first, and then a little at a time. */
async function readSlowly(socket: Socket): Promise<void> {
  socket.pause()
  await wait(slowMs)
  socket.on('data', () => {
    socket.pause()
    setImmediate(() => socket.resume())
  })
  socket.resume()
}

/** How many bytes of an upstream that sends so many a slow client never sees. */
async function lostOf(stage: Stage, size: number): Promise<number> {
  const client = await openConnection(stage.gateway.port, { reads: false })
  client.write(handshake(`/ws?${size}`))
  await readSlowly(client.socket)
  await client.over
  client.socket.destroy()
  return size + closeFrame.length - tunnelled(client.text()).length
}

describe('what one side of a WebSocket sent before it ended', () => {
  test('reaches a slow client whole, close frame included, however much it is', async () => {
    const stage = await stageWith((socket, size) => {
      socket.write(Buffer.alloc(Number(size), 'A'))
      socket.end(closeFrame)
    })
    // So much is on its way when nobody reads: what is a little less can be cut by whoever closes too early.
    const stuck = await openConnection(stage.gateway.port, { reads: false })
    stuck.write(handshake(`/ws?${16 * mebibyte}`))
    await wait(slowMs)
    stuck.socket.destroy()
    await expect.poll(() => lineOf(stage)).toBeDefined()
    const room = Number(lineOf(stage)?.['bytesOut'])
    const sizes = Array.from({ length: 40 }, (_, step) => room - step * 3 * kibibyte)
    const lost = await Promise.all(sizes.map((size) => lostOf(stage, size)))
    expect(lost).toEqual(sizes.map(() => 0))
  })

  test.each([1, 64, 1024, 8192])(
    '%i KiB of it reach a slow client with the frame behind them',
    async (size) => {
      const sent = Buffer.alloc(size * kibibyte, 'A')
      const stage = await stageWith((socket) => {
        socket.write(sent)
        socket.end(closeFrame)
      })
      const client = await openConnection(stage.gateway.port, { reads: false })
      client.write(handshake('/ws'))
      await readSlowly(client.socket)
      await client.over
      expect(client.error).toBeUndefined()
      expect(tunnelled(client.text()).length).toBe(sent.length + closeFrame.length)
      expect(tunnelled(client.text()).endsWith(closeFrame.toString('latin1'))).toBe(true)
    },
  )

  test.each([1, 64, 1024, 8192])(
    '%i KiB of it reach a slow upstream with the frame behind them',
    async (size) => {
      let received = 0
      let ended = false
      const stage = await stageWith((socket) => {
        socket.removeAllListeners('data')
        void readSlowly(socket)
        socket.on('data', (chunk: Buffer) => {
          received += chunk.length
        })
        socket.on('end', () => {
          ended = true
        })
      })
      const client = await openConnection(stage.gateway.port)
      client.write(handshake('/ws'))
      await expect.poll(client.text).toMatch(/^HTTP\/1\.1 101/)
      client.write(Buffer.alloc(size * kibibyte, 'A'))
      client.socket.end(closeFrame)
      await expect.poll(() => ended, { timeout: 5000 }).toBe(true)
      expect(received).toBe(size * kibibyte + closeFrame.length)
    },
  )

  test('reaches the upstream, also when that was behind the handshake and before its answer', async () => {
    let received = ''
    const stage = await createStage(guarding(routes), (socket) => {
      socket.removeAllListeners('data')
      socket.on('data', (chunk: Buffer) => {
        received += chunk.toString('latin1')
      })
      setTimeout(() => socket.write(acceptHandshake), slowMs)
    })
    const client = await openConnection(stage.gateway.port)
    client.write(handshake('/ws') + closeFrame.toString('latin1'))
    client.socket.end()
    await expect.poll(() => received).toBe(closeFrame.toString('latin1'))
  })

  test('is counted in its line, which comes when both sides are over', async () => {
    const stage = await stageWith((socket) => {
      socket.write(Buffer.alloc(mebibyte, 'A'))
      socket.end(closeFrame)
    })
    const client = await openConnection(stage.gateway.port)
    client.write(handshake('/ws'))
    await client.over
    client.socket.end()
    await expect
      .poll(() => lineOf(stage))
      .toMatchObject({ status: 101, bytesOut: mebibyte + closeFrame.length })
    expect(lineOf(stage)).not.toHaveProperty('code')
  })
})

describe('a WebSocket of which one side has ended', () => {
  const top = 'timeouts: { idle: 400ms }'

  test('is over after timeouts.idle, when the other side takes nothing', async () => {
    const stage = await stageWith((socket) => {
      socket.write(Buffer.alloc(mebibyte, 'A'))
      socket.end(closeFrame)
    }, top)
    const client = await openConnection(stage.gateway.port, { reads: false })
    client.write(handshake('/ws'))
    await expect.poll(() => lineOf(stage), { timeout: 5000 }).toMatchObject({ status: 101 })
    await expect.poll(() => connectionsOf(stage)).toBe(0)
    await expect.poll(() => stage.upstream.open).toBe(0)
  })

  test('is over after timeouts.idle, when the other side read all and stays', async () => {
    const stage = await stageWith((socket) => void socket.end(closeFrame), top)
    const client = await openConnection(stage.gateway.port)
    client.write(handshake('/ws'))
    await client.over
    expect(tunnelled(client.text())).toBe(closeFrame.toString('latin1'))
    await expect.poll(() => connectionsOf(stage), { timeout: 5000 }).toBe(0)
    await expect.poll(() => lineOf(stage)).toMatchObject({ status: 101 })
  })

  test('is over after timeouts.idle, when the client has ended and its upstream stays', async () => {
    const stage = await stageWith(() => {}, top)
    const client = await openConnection(stage.gateway.port)
    client.write(handshake('/ws'))
    await expect.poll(client.text).toMatch(/^HTTP\/1\.1 101/)
    client.socket.end()
    await expect.poll(() => stage.upstream.open, { timeout: 5000 }).toBe(0)
    await expect.poll(() => connectionsOf(stage)).toBe(0)
  })

  test('is over after timeouts.idle, when the client has ended before the handshake was answered', async () => {
    const stage = await createStage(guarding(routes, top), (socket) => {
      setTimeout(() => socket.write(acceptHandshake), slowMs)
    })
    const client = await openConnection(stage.gateway.port)
    client.write(handshake('/ws'))
    client.socket.end()
    await expect.poll(() => lineOf(stage), { timeout: 5000 }).toMatchObject({ status: 101 })
    await expect.poll(() => stage.upstream.open, { timeout: 5000 }).toBe(0)
    await expect.poll(() => connectionsOf(stage)).toBe(0)
  })

  test('is over after timeouts.stream at the latest, when so much waits that its end cannot be seen', async () => {
    const stage = await stageWith((socket) => {
      socket.write(Buffer.alloc(16 * mebibyte, 'A'))
      socket.end(closeFrame)
    }, 'timeouts: { stream: 400ms }')
    const client = await openConnection(stage.gateway.port, { reads: false })
    client.write(handshake('/ws'))
    await expect.poll(() => lineOf(stage), { timeout: 5000 }).toMatchObject({ status: 101 })
    await expect.poll(() => connectionsOf(stage)).toBe(0)
    await expect.poll(() => stage.upstream.open).toBe(0)
  })
})
