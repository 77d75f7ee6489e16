import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished } from 'vitest'
import { sendRaw } from '../../support/raw.ts'
import { createStage, guarding } from '../../support/stage.ts'
import { ok } from '../../support/upstream.ts'
import type { Scene } from './vector.ts'

const open = '/public/**: public'
const request = 'GET /public/x HTTP/1.1\r\nHost: gateway.test\r\nConnection: close\r\n\r\n'

/** Clients that are slow, idle or gone, many at a time where the vector says so. */
export const floods: Readonly<Record<string, Scene>> = {
  async 'DOS-002'({ raw }) {
    const stage = await createStage(guarding(open, 'timeouts: { idle: 300ms }'))
    const socket = await openSocket(stage.gateway.port)
    socket.write(raw)
    const dripping = setInterval(() => socket.write('a'), 5000)
    onTestFinished(() => clearInterval(dripping))
    const [[answer]] = await Promise.all([once(socket, 'data'), once(socket, 'close')])
    expect(String(answer)).toMatch(/^HTTP\/1\.1 408 /)
    await stage.upstream.closed
    expect(stage.upstream.received()).toMatch(/\r\n\r\na$/)
  },

  async 'DOS-004'({ timing }) {
    const stage = await createStage(guarding(open, 'limits: { connections: 500 }\ntimeouts: { head: 200ms }'))
    const closings: unknown[] = []
    await inWaves(100, timing?.connections ?? 0, async (size) => {
      const sockets = await openSockets(stage.gateway.port, size)
      closings.push(...sockets.map((socket) => socket.closed || once(socket, 'close')))
    })
    await expect.poll(() => stage.gateway.logText()).toContain('limits.connections is reached')
    await Promise.all(closings)
    expect((await sendRaw(stage.gateway.port, request)).status).toBe(200)
  },

  async 'DOS-006'({ raw, timing }) {
    // A fifth of what the vector asks for is fifteen times the pool: a leak would show.
    const total = (timing?.repeat ?? 0) / 5
    const begun = new Set<number>()
    const stage = await createStage(guarding(open), (socket, received, connection) => {
      if (received.endsWith('a')) begun.add(connection)
      else socket.end(ok)
    })
    // Half of the pool: no address has more of it with bodies.
    await inWaves(64, total, async (size) => {
      begun.clear()
      const sockets = await openSockets(stage.gateway.port, size)
      for (const socket of sockets) socket.write(raw)
      await expect.poll(() => begun.size, { interval: 1, timeout: 5000 }).toBe(size)
      for (const socket of sockets) socket.resetAndDestroy()
    })
    // undici has the next connection ready for each that it had to cut off, within the size of its pool.
    await expect.poll(() => stage.upstream.open).toBeLessThanOrEqual(128)
    expect((await sendRaw(stage.gateway.port, request)).status).toBe(200)
  },
}

/** `total` of something, at most `size` at a time. */
async function inWaves(size: number, total: number, wave: (size: number) => Promise<void>): Promise<void> {
  for (let done = 0; done < total; done += size) await wave(Math.min(size, total - done))
}

function openSockets(port: number, count: number): Promise<Socket[]> {
  return Promise.all(Array.from({ length: count }, () => openSocket(port)))
}

async function openSocket(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  socket.resume()
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))
  return socket
}
