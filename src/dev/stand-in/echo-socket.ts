import type { Server } from 'node:http'
import { WebSocketServer } from 'ws'

/**
 * Accepts WebSockets at `/ws` and sends every message back, for trying upgrades out. The returned function
 * cuts those that are open, which the server itself does not count among its connections.
 */
export function acceptEchoSockets(server: Server): () => void {
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (req, socket, head) => {
    socket.on('error', () => socket.destroy())
    if (req.url !== '/ws') return void socket.end('HTTP/1.1 404 Not Found\r\n\r\n')
    sockets.handleUpgrade(req, socket, head, (webSocket) => {
      webSocket.on('message', (message, isBinary) => webSocket.send(message, { binary: isBinary }))
    })
  })
  return () => {
    for (const webSocket of sockets.clients) webSocket.terminate()
  }
}
