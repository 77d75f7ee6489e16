import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'

/**
 * From now on a WebSocket that sends every message back: whole messages of at most 125 bytes, masked as
 * clients do (RFC 6455 section 5.2). `head` is the text of the upgrade, up to its empty line.
 */
export function echoMessages(socket: Socket, head: string): void {
  let rest: Buffer = Buffer.alloc(0)
  socket.removeAllListeners('data')
  socket.write(accepting(/\r\nsec-websocket-key: *(\S+)/i.exec(head)?.[1] ?? ''))
  socket.on('data', (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    while (rest.length >= maskEnd && rest.length >= frameBytes(rest)) {
      socket.write(unmask(rest))
      rest = rest.subarray(frameBytes(rest))
    }
  })
}

/** RFC 6455 section 4.2.2. */
function accepting(key: string): string {
  const proof = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  const fields = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${proof}`
  return `HTTP/1.1 101 Switching Protocols\r\n${fields}\r\n\r\n`
}

const maskEnd = 6

function frameBytes(frame: Buffer): number {
  return maskEnd + lengthOf(frame)
}

function lengthOf(frame: Buffer): number {
  return (frame[1] ?? 0) & 0x7f
}

/** The frame as a server sends it. */
export function unmask(frame: Buffer): Buffer {
  const length = lengthOf(frame)
  const answer = Buffer.allocUnsafe(2 + length)
  answer[0] = frame[0] ?? 0
  answer[1] = length
  for (let i = 0; i < length; i += 1) answer[2 + i] = (frame[maskEnd + i] ?? 0) ^ (frame[2 + (i & 3)] ?? 0)
  return answer
}

/** The frame as a client sends it: one whole text message. */
export function mask(message: string): Buffer {
  const payload = Buffer.from(message)
  const key = [0x12, 0x34, 0x56, 0x78] // Any will do: it is for proxies that mistake frames for requests.
  return Buffer.from([
    0x81,
    0x80 | payload.length,
    ...key,
    ...payload.map((byte, i) => byte ^ (key[i & 3] ?? 0)),
  ])
}
