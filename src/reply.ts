import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Answer } from './http/problem.ts'

/** Writes an answer of the gateway's own as an ordinary response. */
export function reply(response: ServerResponse, answer: Answer, closing: boolean): void {
  // Unread body bytes must never be taken for the next request, nor be drained at the client's pleasure.
  if (closing) response.shouldKeepAlive = false
  response.writeHead(answer.status, answer.headers)
  response.end(answer.body)
}

/** The same on a bare socket, where Node has no response: upgrades and requests that did not parse. Closes it. */
export function replyOnSocket(socket: Duplex, answer: Answer): void {
  if (!socket.writable) return void socket.destroy()
  let head = `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}\r\n`
  for (let i = 0; i < answer.headers.length; i += 2)
    head += `${answer.headers[i]}: ${answer.headers[i + 1]}\r\n`
  socket.once('error', () => socket.destroy())
  socket.end(`${head}Date: ${new Date().toUTCString()}\r\nConnection: close\r\n\r\n${answer.body}`, () =>
    socket.destroy(),
  )
}
