import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { OwnResponse } from '../http/problem.ts'
import { sendOnSocket, sendResponse } from '../http/send.ts'
import type { RecordKeeper } from '../log/request-record.ts'
import type { Exchange, Refuse } from '../proxy/exchange.ts'
import { forward, type Running } from '../proxy/http.ts'
import { tunnel } from '../proxy/websocket.ts'

/** How a request came in, and so how it is answered. */
export type Reply = {
  /** Answers in the gateway's own words; `closing` when the connection must not be used again. */
  send(own: OwnResponse, closing: boolean): void
  /** Answers with what the upstream says. */
  forward(exchange: Exchange, refuse: Refuse): void
}

/** `over` is called once, when the response is closed: the request can leave. */
export function replyThrough(response: ServerResponse, record: RecordKeeper, over: () => void): Reply {
  let running: Running | undefined
  response.on('close', () => {
    running?.clientClosed()
    over()
  })
  return {
    send(own, closing) {
      if (response.headersSent) return void response.destroy()
      record.responded(own.status)
      record.sent(own.body.length)
      sendResponse(response, own, closing)
    },
    forward(exchange, refuse) {
      running = forward(exchange, response, refuse)
    },
  }
}

/** The same for an upgrade, where Node leaves the socket to us. `early` is what arrived behind the head. */
export function replyOnSocket(socket: Duplex, early: Buffer, record: RecordKeeper, over: () => void): Reply {
  // Without a listener a reset connection would end the process.
  socket.on('error', () => socket.destroy())
  return {
    send(own) {
      record.responded(own.status)
      sendOnSocket(socket, own)
      over()
    },
    forward: (exchange, refuse) => tunnel(exchange, { socket, early, done: over }, refuse),
  }
}
