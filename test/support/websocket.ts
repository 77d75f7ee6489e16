import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'

/** The head of a handshake for raw sockets (RFC 6455 section 1.3). */
export const handshake = (path: string, headers = '') =>
  `GET ${path} HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${headers}\r\n`

/** An upstream's answer to it. */
export const acceptHandshake =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n'

/** A close frame of status 1000, as a server sends it. */
export const closeFrame = Buffer.from([0x88, 2, 0x03, 0xe8])

/** A real WebSocket server, which sends every message back by default. Resolves to its URL, with `http:`. */
export async function startWebSocketServer(onSocket: (socket: WebSocket) => void = echo): Promise<string> {
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', onSocket)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const client of sockets.clients) client.terminate()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}` // A TCP listener has no other address.
}

function echo(socket: WebSocket): void {
  socket.on('message', (data) => socket.send(data))
}

/** An open WebSocket to a port on loopback; ended with the test. */
export async function openWebSocket(
  port: number,
  path: string,
  headers: Record<string, string> = {},
): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers })
  onTestFinished(() => socket.terminate())
  await once(socket, 'open')
  return socket
}
