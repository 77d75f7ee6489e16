import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Logger } from '../../../src/log/logger.ts'
import { createDoor, type Taker } from '../../../src/workers/public-port.ts'

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, write() {} }

async function openDoor(limits = { connections: 100, waitMs: 60_000 }) {
  const door = createDoor(quiet, limits)
  door.listener.listen(0, '127.0.0.1')
  await once(door.listener, 'listening')
  onTestFinished(() => door.close())
  const { port } = door.listener.address() as AddressInfo // A TCP listener has no other address.
  return { door, port }
}

async function knock(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

const isClosed = (socket: Socket) => new Promise((resolve) => socket.resume().once('close', resolve))

/** Has `open` connections, takes those that come, or says otherwise. */
function taker(open: number, answer: 'takes' | 'refuses' | 'stays silent' = 'takes') {
  const made: Taker & { handed: number } = {
    open,
    handed: 0,
    take: () => {
      made.handed += 1
      if (answer === 'stays silent') return new Promise(() => {})
      if (answer === 'refuses') return Promise.resolve({ taken: false, open })
      return Promise.resolve({ taken: true, open: open + made.handed })
    },
  }
  return made
}

async function knocks(port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = []
  for (let i = 0; i < count; i++) sockets.push(await knock(port))
  return sockets
}

describe('the door', () => {
  test('gives each connection to the worker with the fewest', async () => {
    const { door, port } = await openDoor()
    const [full, empty] = [taker(6), taker(0)]
    door.join(full)
    door.join(empty)
    await knocks(port, 10)
    await expect.poll(() => [full.handed, empty.handed]).toEqual([2, 8])
  })

  test('gives one that is stuck no more than eight', async () => {
    const { door, port } = await openDoor()
    const [stuck, other] = [taker(0, 'stays silent'), taker(50)]
    door.join(stuck)
    door.join(other)
    await knocks(port, 30)
    await expect.poll(() => [stuck.handed, other.handed]).toEqual([8, 22])
  })

  test('asks every worker before it turns anybody away', async () => {
    const { door, port } = await openDoor()
    const [full, other] = [taker(0, 'refuses'), taker(5)]
    door.join(full)
    door.join(other)
    await knock(port)
    await expect.poll(() => [full.handed, other.handed]).toEqual([1, 1])
    door.leave(other)
    await isClosed(await knock(port))
    expect([full.handed, other.handed]).toEqual([2, 1])
  })

  test('keeps those that come while there is no worker, for a while', async () => {
    const { door, port } = await openDoor({ connections: 100, waitMs: 500 })
    await isClosed(await knock(port))
    await knock(port)
    const late = taker(0)
    door.join(late)
    await expect.poll(() => late.handed).toBe(1)
  })

  test('takes no more than the limit', async () => {
    const { port } = await openDoor({ connections: 2, waitMs: 60_000 })
    await knocks(port, 2)
    await isClosed(await knock(port))
  })

  test('that is closed lets go of those that wait', async () => {
    const { door, port } = await openDoor()
    const socket = await knock(port)
    await expect.poll(() => countOf(door.listener)).toBe(1)
    door.close()
    await isClosed(socket)
  })
})

function countOf(listener: { getConnections(told: (error: Error | null, count: number) => void): unknown }) {
  return new Promise((resolve) => void listener.getConnections((_, count) => resolve(count)))
}
