import type { ServerResponse } from 'node:http'

/**
 * Ends a response with its whole body, of which every character is one byte. Head and body leave in one write of one string:
 * `end(body)` alone makes two of it, one of them empty, which Node gathers at the cost of 5 % of a request. A chunked body has an
 * end to be written behind it, and is gathered as ever.
 */
export function endWithBody(response: ServerResponse, body: string): void {
  if (response.chunkedEncoding) return void response.end(body, 'latin1')
  response.cork()
  response.write(body, 'latin1')
  response.uncork()
  response.end()
}
