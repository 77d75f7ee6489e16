import { createServer, type Server, type Socket } from 'node:net'
import type { Logger } from '../log/logger.ts'
import { createTurnedAwayNote } from '../server/connections.ts'
import type { Taking } from './messages.ts'

/** Who can be given connections. */
export type Taker = {
  /** Undefined when it ended before it had taken the connection. */
  take(socket: Socket): Promise<Taking | undefined>
  /** Connections that it had open when it was last heard of. */
  open: number
}

/**
 * The public port. It is held by the supervisor, so that connections wait while workers are started again, and each one goes to
 * the worker with the fewest. A worker has eight to take at a time, so that one that is stuck gets no more than these.
 */
export type Door = {
  readonly listener: Server
  join(taker: Taker): void
  leave(taker: Taker): void
  limit(options: DoorLimits): void
  /** Takes no more connections; those that wait are closed. */
  close(): void
}

export type DoorLimits = {
  /** Connections of clients to all workers together. */
  readonly connections: number
  /** How long one may wait for a worker. */
  readonly waitMs: number
}

type Visitor = { readonly socket: Socket; readonly sinceMs: number; readonly refusedBy: Set<Taker> }

const lookEveryMs = 1000
/** With one at a time, of 64 connections that come together a worker with a slow start gets a third. */
const handsFull = 8

export function createDoor(log: Logger, initial: DoorLimits): Door {
  let limits = initial
  /** How many connections each has been handed and not yet taken. */
  const takers = new Map<Taker, number>()
  let waiting: Visitor[] = []
  const sayTurnedAway = createTurnedAwayNote(log)
  // What comes on a connection is read by the worker, half-closed ones included.
  const listener = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    // It may be reset while it waits.
    socket.on('error', () => {})
    waiting.push({ socket, sinceMs: performance.now(), refusedBy: new Set() })
    serveNext()
  })
  listener.on('drop', () => sayTurnedAway(limits.connections))
  listener.maxConnections = limits.connections
  const look = setInterval(dismissLate, lookEveryMs).unref()

  function serveNext(): void {
    for (let visitor = waiting[0]; visitor !== undefined; visitor = waiting[0]) {
      const taker = freest(visitor)
      if (taker === 'none yet') return
      waiting.shift()
      if (taker === 'all refused') turnAway(visitor)
      else void hand(visitor, taker)
    }
  }

  function freest(visitor: Visitor): Taker | 'none yet' | 'all refused' {
    let found: Taker | undefined
    let fewest = Number.POSITIVE_INFINITY
    let refused = 0
    for (const [taker, handed] of takers) {
      const connections = taker.open + handed
      if (visitor.refusedBy.has(taker)) refused += 1
      else if (handed < handsFull && connections < fewest) {
        found = taker
        fewest = connections
      }
    }
    if (found !== undefined) return found
    return refused > 0 && refused === takers.size ? 'all refused' : 'none yet'
  }

  async function hand(visitor: Visitor, taker: Taker): Promise<void> {
    const handed = takers.get(taker) ?? 0
    // Last in the map: among equals it is the others' turn.
    takers.delete(taker)
    takers.set(taker, handed + 1)
    const taking = await taker.take(visitor.socket)
    const left = takers.get(taker)
    if (left !== undefined) takers.set(taker, left - 1)
    if (taking !== undefined) taker.open = taking.open
    // Only this process's hold on it: the worker has its own.
    if (taking?.taken) visitor.socket.destroy()
    else askAnother(visitor, taker)
    serveNext()
  }

  function askAnother(visitor: Visitor, taker: Taker): void {
    visitor.refusedBy.add(taker)
    waiting.unshift(visitor)
  }

  function turnAway({ socket }: Visitor): void {
    sayTurnedAway(limits.connections)
    socket.destroy()
  }

  /** Nothing is read from those that wait, so nobody notices when they leave. */
  function dismissLate(): void {
    const beforeMs = performance.now() - limits.waitMs
    while (waiting[0] !== undefined && waiting[0].sinceMs < beforeMs) waiting.shift()?.socket.destroy()
  }

  return {
    listener,
    join(taker) {
      takers.set(taker, 0)
      serveNext()
    },
    leave(taker) {
      takers.delete(taker)
      serveNext()
    },
    limit(next) {
      limits = next
      listener.maxConnections = next.connections
    },
    close() {
      clearInterval(look)
      listener.close()
      for (const { socket } of waiting) socket.destroy()
      waiting = []
    },
  }
}
