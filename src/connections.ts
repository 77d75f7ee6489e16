import type { Server as HttpServer } from 'node:http'
import type { Socket } from 'node:net'
import type { Logger } from './log/logger.ts'

/** Stops accepting, lets requests finish, then closes what is left, tunnels included. */
export function drain(
  server: HttpServer,
  connections: ReadonlySet<Socket>,
  graceMs: number,
  log: Logger,
): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => {
      log.warn(
        { connections: connections.size },
        'closed connections that were busy for all of timeouts.shutdown',
      )
      for (const socket of connections) socket.destroy()
    }, graceMs)
    const idle = setInterval(() => server.closeIdleConnections(), 100)
    server.close(() => {
      clearTimeout(deadline)
      clearInterval(idle)
      resolve()
    })
    server.closeIdleConnections()
  })
}

/** How often the log says that connections are turned away. */
const sayEveryMs = 10_000

/** Every open connection. Node itself turns away those beyond `limits.connections`, without a word: the log says it. */
export function trackConnections(server: HttpServer, log: Logger): ReadonlySet<Socket> {
  const connections = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  let saidMs = Number.NEGATIVE_INFINITY
  server.on('drop', () => {
    if (performance.now() - saidMs < sayEveryMs) return
    saidMs = performance.now()
    log.warn(
      { connections: server.maxConnections },
      'connections are turned away: limits.connections is reached',
    )
  })
  return connections
}
