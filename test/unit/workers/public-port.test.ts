import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Logger } from '../../../src/log/logger.ts'
import { createPublicPort, type Recipient } from '../../../src/workers/public-port.ts'

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, write() {} }

async function openPublicPort(limits = { connections: 100, waitMs: 60_000 }) {
  const publicPort = createPublicPort(quiet, limits)
  publicPort.listener.listen(0, '127.0.0.1')
  await once(publicPort.listener, 'listening')
  onTestFinished(() => publicPort.close())
  const { port } = publicPort.listener.address() as AddressInfo // A TCP listener has no other address.
  return { publicPort, port }
}

async function connectTo(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

const isClosed = (socket: Socket) => new Promise((resolve) => socket.resume().once('close', resolve))

/** Has `open` connections, takes those that come, or says otherwise. */
function worker(open: number, reply: 'takes' | 'refuses' | 'stays silent' = 'takes') {
  const made: Recipient & { given: number } = {
    open,
    given: 0,
    take: () => {
      made.given += 1
      if (reply === 'stays silent') return new Promise(() => {})
      if (reply === 'refuses') return Promise.resolve({ taken: false, open })
      return Promise.resolve({ taken: true, open: open + made.given })
    },
  }
  return made
}

async function connectTimes(port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = []
  for (let i = 0; i < count; i++) sockets.push(await connectTo(port))
  return sockets
}

describe('the public port', () => {
  test('gives each connection to the worker with the fewest', async () => {
    const { publicPort, port } = await openPublicPort()
    const [full, empty] = [worker(6), worker(0)]
    publicPort.add(full)
    publicPort.add(empty)
    await connectTimes(port, 10)
    await expect.poll(() => [full.given, empty.given]).toEqual([2, 8])
  })

  test('gives one that is stuck no more than eight', async () => {
    const { publicPort, port } = await openPublicPort()
    const [stuck, other] = [worker(0, 'stays silent'), worker(50)]
    publicPort.add(stuck)
    publicPort.add(other)
    await connectTimes(port, 30)
    await expect.poll(() => [stuck.given, other.given]).toEqual([8, 22])
  })

  test('asks every worker before it turns anybody away', async () => {
    const { publicPort, port } = await openPublicPort()
    const [full, other] = [worker(0, 'refuses'), worker(5)]
    publicPort.add(full)
    publicPort.add(other)
    await connectTo(port)
    await expect.poll(() => [full.given, other.given]).toEqual([1, 1])
    publicPort.remove(other)
    await isClosed(await connectTo(port))
    expect([full.given, other.given]).toEqual([2, 1])
  })

  test('keeps those that come while there is no worker, for as long as one may wait', async () => {
    const { publicPort, port } = await openPublicPort({ connections: 100, waitMs: 500 })
    await isClosed(await connectTo(port))
    await connectTo(port)
    const late = worker(0)
    publicPort.add(late)
    await expect.poll(() => late.given).toBe(1)
  })

  test('takes no more than the limit', async () => {
    const { port } = await openPublicPort({ connections: 2, waitMs: 60_000 })
    await connectTimes(port, 2)
    await isClosed(await connectTo(port))
  })

  test('that is closed lets go of those that wait', async () => {
    const { publicPort, port } = await openPublicPort()
    const socket = await connectTo(port)
    await expect.poll(() => countOf(publicPort.listener)).toBe(1)
    publicPort.close()
    await isClosed(socket)
  })
})

function countOf(listener: { getConnections(done: (error: Error | null, count: number) => void): unknown }) {
  return new Promise((resolve) => void listener.getConnections((_, count) => resolve(count)))
}
