import { randomUUID } from 'node:crypto'
import type { Server as HttpServer, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Code, codes } from './errors.ts'
import { problem } from './http/problem.ts'
import { type DecisionLog, startRecord } from './log/decision-log.ts'
import { replyOnSocket } from './reply.ts'

/**
 * Answers requests that Node's parser refused. Writes nothing while an answer is outstanding on the connection: a pipelined
 * good request followed by garbage keeps its answer. A body that turns out broken takes its connection, and so its upstream
 * request, down. `log` is asked each time, since a reload may change what is logged.
 *
 * The function that comes back must be told of every response before it is served.
 */
export function refuseBrokenRequests(
  server: HttpServer,
  log: () => DecisionLog,
): (response: ServerResponse) => void {
  /** The last one on each connection: it ends after all before it. */
  const responses = new WeakMap<Duplex, ServerResponse>()
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // A reset connection or a failed TLS handshake: nobody is there to read an answer.
    if (!isRefusable(error.code) || !socket.writable) return void socket.destroy()
    const [code, detail] = reasonFor(error.code)
    const record = startRecord(randomUUID(), '')
    record.remote = 'remoteAddress' in socket ? String(socket.remoteAddress) : undefined
    record.code = code
    record.detail = detail
    record.status = codes[code].status
    log()(record)
    const response = responses.get(socket)
    const outstanding = response !== undefined && !response.writableFinished && !response.destroyed
    if (!outstanding) replyOnSocket(socket, problem({ code, detail, requestId: record.requestId }))
    else if (!response.req.complete) socket.destroy()
  })
  return (response) => void responses.set(response.req.socket, response)
}

function isRefusable(code: string | undefined): boolean {
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' || code?.startsWith('HPE_') === true
}

function reasonFor(parserCode: string | undefined): readonly [Code, string] {
  switch (parserCode) {
    case 'HPE_HEADER_OVERFLOW':
      return ['headers_too_large', 'The request head is larger than limits.headerBytes']
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return ['request_timeout', 'The request head did not arrive within timeouts.head']
    case 'HPE_INVALID_URL':
    case 'HPE_INVALID_CONSTANT':
      return ['ambiguous_target', 'The request target holds a character that none may hold']
    default:
      return ['malformed_request', 'The request is not well-formed HTTP/1.1']
  }
}
