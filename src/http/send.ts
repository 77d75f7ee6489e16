import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { lingerAfter, lingerOn } from './linger.ts'
import type { OwnResponse } from './problem.ts'

/**
 * Sends a response of the gateway's own through Node; `closing` says that the connection must not be used
 * again.
 */
export function sendResponse(
  response: ServerResponse,
  { status, headers, body }: OwnResponse,
  closing: boolean,
): void {
  // Unread body bytes must never be taken for the next request.
  if (closing) {
    response.shouldKeepAlive = false
    lingerAfter(response)
  }
  response.writeHead(status, headers)
  if (typeof body === 'string') endWithBody(response, body)
  else response.end(body)
}

/** Sends a response on a bare socket and closes it: for upgrades, and for requests that did not parse. */
export function sendOnSocket(socket: Socket, { status, headers, body }: OwnResponse): void {
  if (!socket.writable) return void socket.destroy()
  const head = headText(status, [...headers, 'Date', new Date().toUTCString(), 'Connection', 'close'])
  if (typeof body === 'string') socket.write(head + body, 'latin1')
  else {
    socket.write(head, 'latin1')
    socket.write(body)
  }
  lingerOn(socket)
}

/**
 * Prints a response head for a bare socket, to be written as latin1. `headers` has names and values in turn.
 */
export function headText(status: number, headers: readonly string[]): string {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`
  for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`
  return `${text}\r\n`
}

/**
 * Ends a response with its whole body, of which every character is one byte. Head and body leave as one
 * string in one write. `end(body)` alone makes two strings, one of them empty, and Node gathers them at the
 * cost of 5 % of a request. It does so all the same where a body is chunked, since the last chunk is written
 * behind it.
 */
export function endWithBody(response: ServerResponse, body: string): void {
  if (response.chunkedEncoding) return void response.end(body, 'latin1')
  response.cork()
  response.write(body, 'latin1')
  response.uncork()
  response.end()
}
