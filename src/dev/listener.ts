import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Resolves with the port, chosen by the system when `port` is 0. Rejects with `EADDRINUSE` when it is taken. */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port) // a TCP listener's address is never a string
    })
  })
}

/** Stops listening and cuts what is open. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

/** The wanted port on loopback, or another free one when it is taken. */
export async function findPort(wanted: number): Promise<number> {
  const probe = createServer()
  const port = await listen(probe, wanted, '127.0.0.1').catch(() => listen(probe, 0, '127.0.0.1'))
  await close(probe)
  return port
}
