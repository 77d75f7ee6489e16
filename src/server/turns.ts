import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Code } from '../errors.ts'
import type { Serving } from '../gateway/reply.ts'
import { lingerOn } from '../http/linger.ts'
import { headWithoutUpgrade, isIgnored } from './ignored-upgrade.ts'

/** The server of all connections. It is asked anew at each turn, since a reload may have come between. */
export type TurnServer = {
  /** `onClosed` is called once, when the response or its connection is closed. */
  handle(request: IncomingMessage, response: ServerResponse, onClosed: () => void): Serving
  upgrade(request: IncomingMessage, socket: Socket, early: Buffer): void
  /** Every upgrade except WebSocket is ignored, and not refused. */
  readonly ignoresUpgrades: boolean
  /** Gives a socket to Node's parser once more, with these bytes before all others. */
  parseAgain(socket: Socket, bytes: Buffer): void
  /** True from the beginning of the stop: each response is the last one of its connection. */
  readonly stopping: boolean
  /** The longest time for which a connection is idle, or nothing of a response is taken, in milliseconds. */
  readonly idleMs: number
}

/** A request that waits for its turn, with its response, or something else that does. */
type Turn =
  | { readonly request: IncomingMessage; readonly response: ServerResponse }
  | { readonly response: undefined; start(): void }

/**
 * One connection of a client. Node emits pipelined requests as fast as it parses them, and 44 KB of them
 * could take all connections to an upstream at once. Here they take turns: a request is not looked at before
 * the response ahead of it is over, and then by the rules that are in force.
 */
export class Turns {
  readonly #socket: Socket
  readonly #server: TurnServer
  /** Something has its turn. */
  #isBusy = false
  /** The response of the request that has its turn. */
  #response: ServerResponse | undefined
  #serving: Serving | undefined
  #waiting: Turn[] = []
  /** Nothing that still comes is looked at. */
  #closing = false
  /** A request behind the current one did not parse, or did not end in time. */
  #isBroken = false
  #bytesRead = 0
  #unsent = 0
  #stillSinceMs: number | undefined

  constructor(socket: Socket, server: TurnServer) {
    this.#socket = socket
    this.#server = server
    socket.once('close', () => this.#leave())
    socket.once('end', () => this.#serving?.clientHalfClosed())
  }

  /** The response that is not over yet. */
  get outstanding(): ServerResponse | undefined {
    return this.#response
  }

  request(request: IncomingMessage, response: ServerResponse): void {
    if (this.#closing) return
    if (this.#isBusy) this.#wait({ request, response })
    else this.#serve(request, response)
  }

  /** Node has let go of the socket. When its turn comes, it belongs to the upgrade alone. */
  upgrade(request: IncomingMessage, early: Buffer): void {
    const { outstanding } = this
    const socket = this.#socket
    const destroy = () => void socket.destroy()
    socket.on('error', destroy)
    const passDrainOn = () => void outstanding?.emit('drain')
    socket.on('drain', passDrainOn)
    this.#takeOrWait({
      response: undefined,
      start: () => {
        socket.off('readable', leaveUnread).off('drain', passDrainOn)
        if (isIgnored(request, this.#server.ignoresUpgrades)) {
          socket.off('error', destroy)
          this.#isBusy = false
          return this.#server.parseAgain(socket, Buffer.concat([headWithoutUpgrade(request), early]))
        }
        this.#closing = true
        this.#server.upgrade(request, socket, early)
      },
    })
  }

  /** A request did not parse. `refuse` is called when all before it is over. */
  refuse(refuse: (socket: Socket) => void): void {
    this.#takeOrWait({
      response: undefined,
      start: () => {
        this.#closing = true
        refuse(this.#socket)
      },
    })
  }

  /** A request did not parse, or did not end in time. The response that is outstanding is the last one. */
  closeAfterCurrent(): void {
    this.#isBroken = true
  }

  /** The process stops. */
  closeSoon(): void {
    const { outstanding } = this
    if (outstanding !== undefined && !outstanding.headersSent) outstanding.shouldKeepAlive = false
  }

  cut(code: Code, detail: string): void {
    this.#serving?.cut(code, detail)
  }

  /**
   * Closes a connection that is idle, or whose client takes nothing of a response. To be called once in a
   * while.
   */
  look(nowMs: number): void {
    if (this.#closing && !this.#isBusy) return
    const isIdle = !this.#isBusy
    const isStuck = this.#response?.writableEnded === true
    const isStill =
      (isIdle || isStuck) &&
      this.#socket.bytesRead === this.#bytesRead &&
      unsentBytes(this.#socket) === this.#unsent
    this.#bytesRead = this.#socket.bytesRead
    this.#unsent = unsentBytes(this.#socket)
    if (!isStill) this.#stillSinceMs = isIdle || isStuck ? nowMs : undefined
    else if (this.#stillSinceMs === undefined) this.#stillSinceMs = nowMs
    else if (nowMs - this.#stillSinceMs >= this.#server.idleMs) this.#socket.destroy()
  }

  #takeOrWait(turn: Turn): void {
    if (this.#closing) return
    if (this.#isBusy) this.#wait(turn)
    else this.#start(turn)
  }

  #wait(turn: Turn): void {
    this.#waiting.push(turn)
    // Everything that has been read is parsed. With this listener Node buffers a little of what follows,
    // without parsing it. (If it were only paused, it would go on to parse. If it read nothing, it would
    // never notice a client that leaves.)
    if (this.#waiting.length === 1) this.#socket.on('readable', leaveUnread)
  }

  #start(turn: Turn): void {
    if (turn.response !== undefined) return this.#serve(turn.request, turn.response)
    this.#isBusy = true
    turn.start()
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    this.#isBusy = true
    this.#response = response
    this.#stillSinceMs = undefined
    if (this.#server.stopping) response.shouldKeepAlive = false
    this.#serving = this.#server.handle(request, response, this.#finish)
    // The socket has said so once, in the turn of another request.
    if (this.#socket.readableEnded) this.#serving.clientHalfClosed()
  }

  /** Called when a response is over or its connection closed. It is one function for all requests of it. */
  readonly #finish = (): void => {
    const response = this.#response
    this.#isBusy = false
    this.#response = undefined
    this.#serving = undefined
    if (response === undefined || this.#socket.destroyed) return
    if (!response.shouldKeepAlive || !response.req.complete || !this.#socket.writable) {
      this.#closing = true
      this.#waiting = []
      return
    }
    if (this.#isBroken && this.#waiting.length === 0) {
      this.#closing = true
      return lingerOn(this.#socket)
    }
    const next = this.#waiting.shift()
    if (next === undefined) return
    if (this.#waiting.length === 0) this.#socket.off('readable', leaveUnread)
    this.#start(next)
  }

  /** The socket is closed. Node would not say so of a response that has an upgrade behind it. */
  #leave(): void {
    this.#waiting = []
    this.#closing = true
    this.#serving?.clientLeft()
  }
}

function leaveUnread(): void {}

/** The number of bytes that the system has not taken yet. */
function unsentBytes(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle')
  const queued = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'writeQueueSize') : 0
  return socket.writableLength + (typeof queued === 'number' ? queued : 0)
}
