import type { ServerResponse } from 'node:http'

/**
 * Ends a response with its whole body, of which every character is one byte. Head and body leave in one write of one string:
 * `end(body)` alone makes it three, which Node then gathers (x µs a request more). A chunked body has an end to be written behind
 * it, and is gathered as ever.
 */
export function endWithBody(response: ServerResponse, body: string): void {
  if (response.chunkedEncoding) return void response.end(body, 'latin1')
  response.cork()
  response.write(body, 'latin1')
  response.uncork()
  response.end()
}
