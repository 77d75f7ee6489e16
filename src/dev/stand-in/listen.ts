import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * Resolves to the port; the system chooses one when `port` is 0. Rejects with `EADDRINUSE` when it is taken.
 */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port) // A TCP listener has no other address.
    })
  })
}

/** Stops listening and cuts open connections. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

/** Finds two free ports on loopback. `port` is the wanted one, unless that is taken. */
export async function findPorts(wanted: number): Promise<{ port: number; adminPort: number }> {
  const probes = [createServer(), createServer()] as const
  const host = '127.0.0.1'
  const port = await listen(probes[0], wanted, host).catch(() => listen(probes[0], 0, host))
  const adminPort = await listen(probes[1], 0, host)
  await Promise.all(probes.map(close))
  return { port, adminPort }
}
