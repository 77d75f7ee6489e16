import type { Server as HttpServer } from 'node:http'
import type { Server, Socket } from 'node:net'
import type { Logger } from '../log/logger.ts'

/** Stops accepting, lets requests finish, then closes what is left, tunnels included. */
export function drain(
  server: HttpServer,
  connections: ReadonlySet<Socket>,
  options: { readonly graceMs: number; readonly onDeadline: () => void; readonly log: Logger },
): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => {
      options.log.warn(
        { connections: connections.size },
        'closed connections that were busy for all of timeouts.shutdown',
      )
      options.onDeadline()
      for (const socket of connections) socket.destroy()
    }, options.graceMs)
    const idle = setInterval(look, 100)
    let closed = false
    // The server of a worker gets its connections from elsewhere: it never listened, and does not wait for
    // them.
    function look(): void {
      server.closeIdleConnections()
      if (!closed || connections.size > 0) return
      clearTimeout(deadline)
      clearInterval(idle)
      resolve()
    }
    server.close(() => {
      closed = true
      // The last connection emits its `close` a turn later.
      setImmediate(look)
    })
    look()
  })
}

/** Returns the set of open connections, which is kept up to date. */
export function trackConnections(server: HttpServer, log: Logger): ReadonlySet<Socket> {
  const connections = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  reportDrops(server, log)
  return connections
}

/** The shortest time, in milliseconds, between two log lines which say that connections are turned away. */
const sayEveryMs = 10_000

/**
 * Says in the log that Node turns away connections beyond `limits.connections`, which it does without a word.
 */
function reportDrops(server: Server, log: Logger): void {
  const say = createTurnedAwayNote(log)
  server.on('drop', () => say(server.maxConnections))
}

/** Makes a function that says, at most every 10 s, that connections are turned away. */
export function createTurnedAwayNote(log: Logger): (limit: number) => void {
  let saidMs = Number.NEGATIVE_INFINITY
  return (limit) => {
    if (performance.now() - saidMs < sayEveryMs) return
    saidMs = performance.now()
    log.warn({ connections: limit }, 'connections are turned away: limits.connections is reached')
  }
}
