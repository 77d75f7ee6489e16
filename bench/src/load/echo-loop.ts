import { connect, type Socket } from 'node:net'
import { mask, unmask } from '../echo-socket.ts'
import { percentile } from '../statistics.ts'
import type { LoadResult } from './measured.ts'

/**
 * WebSockets that each send the next message when the last has come back. On bare sockets: a library would
 * cost this core more than the gateway costs the other.
 */
export type EchoLoad = {
  readonly port: number
  readonly path: string
  readonly token: string
  readonly sockets: number
  readonly seconds: number
}

const messageBytes = 64
const frame = mask('x'.repeat(messageBytes))
const echoed = unmask(frame)

// Written by run.ts.
if (process.argv[2] !== undefined) await run(JSON.parse(process.argv[2]) as EchoLoad)

async function run(load: EchoLoad): Promise<void> {
  const latencies: number[] = []
  const sockets = await Promise.all(Array.from({ length: load.sockets }, () => open(load)))
  const startedMs = performance.now()
  for (const socket of sockets) exchange(socket, latencies)
  setTimeout(() => {
    if (latencies.length === 0) fail('no message came back')
    const seconds = (performance.now() - startedMs) / 1000
    const sorted = Float64Array.from(latencies).sort()
    const result: LoadResult = {
      requests: latencies.length,
      seconds,
      p50Ms: percentile(sorted, 0.5),
      p99Ms: percentile(sorted, 0.99),
    }
    process.stdout.write(JSON.stringify(result), () => process.exit())
  }, load.seconds * 1000)
}

/** Resolves after the handshake. */
function open({ port, path, token }: EchoLoad): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13'
  const fields = `Host: 127.0.0.1\r\n${upgrade}\r\nAuthorization: Bearer ${token}`
  const key = Buffer.alloc(16, 'key').toString('base64')
  socket.write(`GET ${path} HTTP/1.1\r\n${fields}\r\nSec-WebSocket-Key: ${key}\r\n\r\n`)
  return new Promise((resolve) => {
    let head = ''
    const take = (chunk: Buffer) => {
      head += chunk.toString('latin1')
      if (!head.includes('\r\n\r\n')) return
      if (!head.startsWith('HTTP/1.1 101')) fail(`the handshake was answered ${head.slice(9, 12)}`)
      socket.off('data', take)
      resolve(socket)
    }
    socket.on('data', take)
    socket.on('error', ({ message }) => fail(message)).on('close', () => fail('a WebSocket was closed'))
  })
}

function exchange(socket: Socket, latencies: number[]): void {
  let received: Buffer = Buffer.alloc(0)
  let sentMs = performance.now()
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    if (received.length < echoed.length) return
    if (!received.equals(echoed)) fail('another message came back than was sent')
    received = Buffer.alloc(0)
    const now = performance.now()
    latencies.push(now - sentMs)
    sentMs = now
    socket.write(frame)
  })
  socket.write(frame)
}

function fail(why: string): never {
  process.stderr.write(why)
  process.exit(1)
}
