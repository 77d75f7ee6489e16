import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/**
 * Connections that clients keep open between requests: the last response on each, and an end when nothing comes for too long.
 * Node's own `keepAliveTimeout` sets and clears a timer for every request (4 % of one); here all idle connections are looked at
 * once a second.
 */
export type KeepAlive = {
  /** To be told of every response before it is served. */
  serve(response: ServerResponse): void
  /** The response that is not over yet on this connection. */
  outstanding(socket: Duplex): ServerResponse | undefined
  /** It carries no more requests. */
  leave(socket: Duplex): void
  stop(): void
}

type KeptConnection = {
  /** The last one: it ends after all before it. */
  response: ServerResponse
  /** What had arrived when it was first found idle; more is the next request, whose head has a time limit of its own. */
  bytesRead: number
  idleSinceMs: number | undefined
}

/** An idle connection is closed at most so much later than it should be. */
const lookEveryMs = 1000

/** `idleMs` is asked at every look, since a reload may change it. */
export function createKeepAlive(idleMs: () => number): KeepAlive {
  const connections = new Map<Duplex, KeptConnection>()
  let timer: NodeJS.Timeout
  arm()

  function arm(): void {
    timer = setTimeout(look, Math.min(lookEveryMs, idleMs())).unref()
  }

  function look(): void {
    const nowMs = performance.now()
    for (const [socket, connection] of connections) {
      if (isIdle(socket as Socket, connection, nowMs)) socket.destroy()
    }
    arm()
  }

  function isIdle(socket: Socket, connection: KeptConnection, nowMs: number): boolean {
    const { response, bytesRead, idleSinceMs } = connection
    if (isOver(response) && idleSinceMs !== undefined && bytesRead === socket.bytesRead) {
      return nowMs - idleSinceMs >= idleMs()
    }
    connection.idleSinceMs = isOver(response) ? nowMs : undefined
    connection.bytesRead = socket.bytesRead
    return false
  }

  return {
    serve(response) {
      const { socket } = response.req
      const connection = connections.get(socket)
      if (connection !== undefined) {
        connection.response = response
        connection.idleSinceMs = undefined
        return
      }
      connections.set(socket, { response, bytesRead: 0, idleSinceMs: undefined })
      socket.once('close', () => connections.delete(socket))
    },
    outstanding(socket) {
      const response = connections.get(socket)?.response
      return response === undefined || isOver(response) ? undefined : response
    },
    leave: (socket) => void connections.delete(socket),
    stop: () => clearTimeout(timer),
  }
}

function isOver(response: ServerResponse): boolean {
  return response.writableFinished || response.destroyed
}
