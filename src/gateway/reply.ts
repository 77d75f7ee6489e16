import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Code } from '../errors.ts'
import type { OwnResponse } from '../http/problem.ts'
import { sendOnSocket, sendResponse } from '../http/send.ts'
import type { RecordKeeper } from '../log/request-record.ts'
import type { Exchange, Refuse } from '../proxy/exchange.ts'
import { forward, type Running } from '../proxy/http.ts'
import { tunnel } from '../proxy/websocket.ts'

/** The way in which a request is answered, which depends on how it came in. */
export type Reply = {
  /** Answers in the gateway's own words. `closing` says that the connection must not be used again. */
  send(own: OwnResponse, closing: boolean): void
  /** Tells a client that waits for it to send the body (RFC 9110 section 10.1.1). */
  askForBody(): void
  /** Answers with what the upstream says. */
  forward(exchange: Exchange, refuse: Refuse): void
}

/** A request that is being served, as its connection sees it. */
export type Serving = {
  /** The connection is closed: whatever Node says of the response, the request is over. */
  clientLeft(): void
  /** The client sends nothing more. */
  clientHalfClosed(): void
  /**
   * The gateway gives the request up if it is not over, and is about to close the connection. The log says
   * why.
   */
  cut(code: Code, detail: string): void
}

/** `over` is called once, when the response or its connection is closed. Then the request can leave. */
export class HttpReply implements Reply, Serving {
  readonly #response: ServerResponse
  readonly #record: RecordKeeper
  readonly #over: () => void
  #running: Running | undefined
  #isOver = false
  #isHalfClosed = false

  constructor(response: ServerResponse, record: RecordKeeper, over: () => void) {
    this.#response = response
    this.#record = record
    this.#over = over
    response.on('close', () => this.clientLeft())
  }

  send(own: OwnResponse, closing: boolean): void {
    if (this.#response.headersSent) return void this.#response.destroy()
    this.#record.responded(own.status)
    this.#record.sent(own.body.length)
    sendResponse(this.#response, own, closing)
  }

  askForBody(): void {
    if (!this.#isOver) this.#response.writeContinue()
  }

  forward(exchange: Exchange, refuse: Refuse): void {
    if (this.#isOver) return
    this.#running = forward(exchange, this.#response, refuse)
    if (this.#isHalfClosed) this.#running?.clientHalfClosed()
  }

  clientLeft(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#running?.clientClosed()
    this.#over()
  }

  clientHalfClosed(): void {
    this.#isHalfClosed = true
    this.#running?.clientHalfClosed()
  }

  cut(code: Code, detail: string): void {
    this.#running?.cut(code, detail)
  }
}

/**
 * Answers an upgrade, whose socket Node leaves to us. `early` holds the bytes that arrived behind the head.
 */
export function replyOnSocket(socket: Socket, early: Buffer, record: RecordKeeper, over: () => void): Reply {
  // Without a listener a reset connection would end the process.
  socket.on('error', () => socket.destroy())
  return {
    send(own) {
      record.responded(own.status)
      sendOnSocket(socket, own)
      over()
    },
    // An upgrade has none.
    askForBody: () => {},
    forward: (exchange, refuse) => tunnel(exchange, { socket, early, done: over }, refuse),
  }
}
