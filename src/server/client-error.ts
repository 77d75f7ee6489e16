import { randomUUID } from 'node:crypto'
import type { Server as HttpServer } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type Code, codes } from '../errors.ts'
import { type OwnResponse, problem, problemResponse } from '../http/problem.ts'
import { sendOnSocket } from '../http/send.ts'
import type { DecisionLog } from '../log/decision-log.ts'
import { RecordKeeper } from '../log/request-record.ts'
import type { KeepAlive } from './keep-alive.ts'

/**
 * Answers requests that Node's parser refused, once for each connection. It waits while a response is
 * outstanding: a good request with garbage behind it keeps its response, which is then the last one. A body
 * that turns out to be broken closes its connection, and so ends its upstream request.
 */
export function refuseBrokenRequests(server: HttpServer, keepAlive: KeepAlive, log: DecisionLog): void {
  const refused = new WeakSet<Duplex>()
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // Nothing parses that comes behind something that did not.
    if (refused.has(socket)) return
    // After a reset or a failed TLS handshake nobody is there to read a response.
    if (!isRefusable(error.code) || !socket.writable) return void socket.destroy()
    refused.add(socket)
    const [code, detail] = reasonFor(error.code)
    const remote = 'remoteAddress' in socket ? String(socket.remoteAddress) : undefined
    const record = new RecordKeeper(randomUUID(), '', remote)
    record.problem(code, detail)
    record.responded(codes[code].status)
    log(record.close())
    const turns = keepAlive.turnsOf(socket)
    if (turns.outstanding?.req.complete === false) socket.destroy()
    else if (turns.outstanding !== undefined) turns.closeAfterCurrent()
    else {
      const own = problemResponse(problem(code, detail), record.requestId)
      turns.refuse((client) => sendLast(client, own, code))
    }
  })
}

/**
 * Gives a client that was too slow with its head no more time. One that still sends a head that is too large
 * must be able to read why.
 */
function sendLast(client: Socket, own: OwnResponse, code: Code): void {
  sendOnSocket(client, own)
  if (code === 'request_timeout') client.destroySoon()
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
