import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // A TCP server has this kind of address.
  server.close()
  await once(server, 'close')
  return port
}

export async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  const free = await new Promise<boolean>((resolve) => {
    server.once('listening', () => resolve(true)).once('error', () => resolve(false))
  })
  server.close()
  return free
}

/** Resolves when the port accepts a connection. Throws after `withinMs`. */
export async function untilListening(port: number, withinMs = 20_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (performance.now() < deadline) {
    if (await accepts(port)) return
    await wait(1)
  }
  throw new Error(`nothing listens on port ${port} after ${withinMs / 1000} s`)
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
