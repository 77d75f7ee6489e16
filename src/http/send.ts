import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Answer } from './problem.ts'
import { headText } from './response-head.ts'
import { endWithBody } from './whole-body.ts'

/** Writes an answer of the gateway's own as an ordinary response. */
export function reply(response: ServerResponse, answer: Answer, closing: boolean): void {
  // Unread body bytes must never be taken for the next request, nor be drained at the client's pleasure.
  if (closing) response.shouldKeepAlive = false
  response.writeHead(answer.status, answer.headers)
  endWithBody(response, answer.body)
}

/** The same on a bare socket, where Node has no response: upgrades and requests that did not parse. Closes it. */
export function replyOnSocket(socket: Duplex, answer: Answer): void {
  if (!socket.writable) return void socket.destroy()
  const headers = [...answer.headers, 'Date', new Date().toUTCString(), 'Connection', 'close']
  socket.once('error', () => socket.destroy())
  socket.end(headText(answer.status, headers) + answer.body, () => socket.destroy())
}
