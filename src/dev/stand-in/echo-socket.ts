import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

/** Accepts a WebSocket at `/ws` and sends every frame back (RFC 6455), for trying upgrades out. */
export function echoSocket(req: IncomingMessage, socket: Duplex, head: Buffer): void {
  socket.on('error', () => socket.destroy())
  const key = req.headers['sec-websocket-key']
  if (req.url !== '/ws' || key === undefined) return void socket.end('HTTP/1.1 404 Not Found\r\n\r\n')
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept(key)}\r\n\r\n`,
  )
  let pending = head
  const drain = () => {
    for (let frame = readFrame(pending); frame !== undefined; frame = readFrame(pending)) {
      pending = pending.subarray(frame.size)
      socket.write(frame.echo)
      if (frame.opcode === closeOpcode) return void socket.end()
    }
  }
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk])
    drain()
  })
  drain()
}

const closeOpcode = 0x8
const pingOpcode = 0x9
const pongOpcode = 0xa

function accept(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}

type Frame = { readonly size: number; readonly opcode: number; readonly echo: Buffer }

/** RFC 6455 section 5.2; lengths over 64 KiB are not read. Undefined: the frame is not complete yet. */
function readFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < 2) return undefined
  const short = bytes.readUInt8(1) & 0x7f
  const extended = short === 126 ? 2 : 0
  const start = 2 + extended + 4
  if (bytes.length < start) return undefined
  const length = extended === 0 ? short : bytes.readUInt16BE(2)
  if (bytes.length < start + length) return undefined
  const mask = bytes.subarray(start - 4, start)
  const payload = bytes.subarray(start, start + length).map((byte, index) => byte ^ (mask[index % 4] ?? 0))
  const opcode = bytes.readUInt8(0) & 0x0f
  return { size: start + length, opcode, echo: writeFrame(bytes.readUInt8(0), extended, payload) }
}

function writeFrame(first: number, extended: number, payload: Uint8Array): Buffer {
  const opcode = (first & 0x0f) === pingOpcode ? pongOpcode : first & 0x0f
  const head = Buffer.alloc(2 + extended)
  head.writeUInt8((first & 0x80) | opcode, 0)
  head.writeUInt8(extended === 0 ? payload.length : 126, 1)
  if (extended > 0) head.writeUInt16BE(payload.length, 2)
  return Buffer.concat([head, payload])
}
