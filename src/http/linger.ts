import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** The longest time without a byte, in milliseconds. Then the connection is closed. */
const silenceMs = 5000
/** The longest time in all, in milliseconds. Then the connection is closed, whatever still comes. */
const longestMs = 30_000
/** The most bytes that are read and thrown away. Then the connection is closed, whatever still comes. */
const mostBytes = 64 * 1024 * 1024
/** How often a connection is looked at, in milliseconds. It is closed so much later at most. */
const lookEveryMs = 500

/**
 * Closes a connection on which a client may still be sending. To close a socket with unread input resets it,
 * and the reset overtakes the response that the client must read. So our side is closed first, and what still
 * comes is read and thrown away for a while (RFC 9112 section 9.6). `patienceMs` is the longest time without
 * a byte.
 */
export function lingerOn(socket: Socket, patienceMs = silenceMs, request?: IncomingMessage): void {
  if (socket.destroyed) return
  const startedMs = performance.now()
  const startedBytes = socket.bytesRead
  let seenBytes = startedBytes
  let seenMs = startedMs
  const timer = setInterval(
    () => {
      const nowMs = performance.now()
      if (socket.bytesRead !== seenBytes) {
        seenBytes = socket.bytesRead
        seenMs = nowMs
      }
      if (nowMs - seenMs >= patienceMs || nowMs - startedMs >= longestMs) socket.destroy()
      closeIfTooMuch()
    },
    Math.min(lookEveryMs, patienceMs),
  )
  const closeIfTooMuch = () => {
    if (socket.bytesRead - startedBytes > mostBytes) socket.destroy()
  }
  socket.once('close', () => clearInterval(timer))
  // Where Node's parser reads the socket, a listener of ours would stop it: then the clock alone counts.
  if (request !== undefined) request.on('data', closeIfTooMuch)
  else if (!Reflect.get(socket, 'parser')) socket.on('data', closeIfTooMuch)
  socket.on('error', () => socket.destroy())
  socket.end()
  socket.resume()
}

/** Lingers once this response has been sent. What still comes of the request's body is thrown away. */
export function lingerAfter(response: ServerResponse): void {
  const request: IncomingMessage = response.req
  const { socket } = request
  // Node calls this when the last response of a connection is out. It would close both sides at once.
  socket.destroySoon = () => {}
  // Whoever has read the body so far pauses it when letting go.
  request.on('pause', () => request.resume())
  request.on('data', () => {})
  // It may be paused already, and then a listener alone does not make it flow.
  request.resume()
  response.once('finish', () => lingerOn(socket, silenceMs, request))
}
