import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { lingerAfter, lingerOn } from './linger.ts'
import type { OwnResponse } from './problem.ts'

/** Sends a response of the gateway's own through Node; `closing` when the connection must not be used again. */
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
  endWithBody(response, body)
}

/** The same on a bare socket, where Node has no response: upgrades and requests that did not parse. Closes it. */
export function sendOnSocket(socket: Socket, { status, headers, body }: OwnResponse): void {
  if (!socket.writable) return void socket.destroy()
  const head = headText(status, [...headers, 'Date', new Date().toUTCString(), 'Connection', 'close'])
  socket.write(head + body, 'latin1')
  lingerOn(socket)
}

/** A response head as text for a bare socket, to be written as latin1; names and values in turn. */
export function headText(status: number, headers: readonly string[]): string {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`
  for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`
  return `${text}\r\n`
}

/**
 * Ends a response with its whole body, of which every character is one byte. Head and body leave in one write of one
 * string: `end(body)` alone makes two of it, one of them empty, which Node gathers at the cost of 5 % of a request. A
 * chunked body has an end to be written behind it, and is gathered as ever.
 */
export function endWithBody(response: ServerResponse, body: string): void {
  if (response.chunkedEncoding) return void response.end(body, 'latin1')
  response.cork()
  response.write(body, 'latin1')
  response.uncork()
  response.end()
}
