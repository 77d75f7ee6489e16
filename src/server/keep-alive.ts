import type { Server as HttpServer } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type TurnServer, Turns } from './turns.ts'

/**
 * The connections of the clients of one process. It closes those that are still for too long. Node's own
 * `keepAliveTimeout` sets and clears a timer for every request, which is 4 % of one. Here all connections are
 * looked at once a second.
 */
export type KeepAlive = {
  turnsOf(socket: Duplex): Turns
  all(): Iterable<Turns>
  stop(): void
}

/** How often connections are looked at, in milliseconds. A still one is closed so much later at most. */
const lookEveryMs = 1000

export function createKeepAlive(server: HttpServer, turnServer: TurnServer): KeepAlive {
  const connections = new Map<Duplex, Turns>()
  let timer: NodeJS.Timeout

  function arm(): void {
    timer = setTimeout(look, Math.min(lookEveryMs, turnServer.idleMs)).unref()
  }

  function look(): void {
    const nowMs = performance.now()
    for (const turns of connections.values()) turns.look(nowMs)
    arm()
  }

  function turnsOf(socket: Duplex): Turns {
    const known = connections.get(socket)
    if (known !== undefined) return known
    const turns = new Turns(socket as Socket, turnServer) // Node's HTTP servers have no other connections.
    connections.set(socket, turns)
    socket.once('close', () => connections.delete(socket))
    return turns
  }

  for (const event of ['request', 'checkContinue', 'checkExpectation'] as const)
    server.on(event, (request, response) => turnsOf(request.socket).request(request, response))
  server.on('upgrade', (request, socket, early) => turnsOf(socket).upgrade(request, early))
  // No route can name CONNECT, so it is refused like any other request.
  server.on('connect', (request, socket, early) => turnsOf(socket).upgrade(request, early))
  arm()
  return { turnsOf, all: () => connections.values(), stop: () => clearTimeout(timer) }
}
