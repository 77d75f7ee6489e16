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
    // A server that was handed its connections never listened, and calls back without waiting for them.
    function look(): void {
      server.closeIdleConnections()
      if (!closed || connections.size > 0) return
      clearTimeout(deadline)
      clearInterval(idle)
      resolve()
    }
    server.close(() => {
      closed = true
      // The last connection is said to be closed a turn later.
      setImmediate(look)
    })
    look()
  })
}

/** Every open connection. */
export function trackConnections(server: HttpServer, log: Logger): ReadonlySet<Socket> {
  const connections = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  reportDrops(server, log)
  return connections
}

/** How often the log says that connections are turned away. */
const sayEveryMs = 10_000

/** Node itself turns away connections beyond `limits.connections`, without a word: the log says it. */
function reportDrops(server: Server, log: Logger): void {
  const say = createTurnedAwayNote(log)
  server.on('drop', () => say(server.maxConnections))
}

/** Says at most every 10 s that connections are turned away. */
export function createTurnedAwayNote(log: Logger): (limit: number) => void {
  let saidMs = Number.NEGATIVE_INFINITY
  return (limit) => {
    if (performance.now() - saidMs < sayEveryMs) return
    saidMs = performance.now()
    log.warn({ connections: limit }, 'connections are turned away: limits.connections is reached')
  }
}
