import { readFileSync } from 'node:fs'
import { createServer as createHttpServer, type Server as HttpServer, type ServerOptions } from 'node:http'
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import type { AddressInfo, Server as NetServer } from 'node:net'
import type { Config, ListenAddress, TlsOptions } from '../config/config.ts'
import { watchFile } from '../config/watch.ts'
import type { Logger } from '../log/logger.ts'
import { Incoming } from './incoming.ts'

/**
 * How often Node looks for connections that are too slow, in milliseconds. With its 30 s every limit would be
 * late.
 */
const checkEveryMs = 1000

/** Makes the public listener, plain or TLS, with its limits. It does not accept yet. */
export function createListener(config: Config): HttpServer {
  const options: ServerOptions = {
    insecureHTTPParser: false,
    requireHostHeader: false,
    maxHeaderSize: config.limits.headerBytes,
    headersTimeout: config.timeouts.headMs,
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(checkEveryMs, config.timeouts.headMs),
    noDelay: true,
    // Connections that are kept alive have an end of their own (keep-alive.ts).
    keepAliveTimeout: 0,
    IncomingMessage: Incoming,
  }
  const server = config.tls
    ? createHttpsServer({
        ...options,
        ...readCertificate(config.tls),
        // A handshake is part of the time that a client has for its head.
        handshakeTimeout: config.timeouts.headMs,
      })
    : createHttpServer(options)
  // A lower number hides fields that still frame the body (CVE-2026-58044). All are shown, and counted later.
  server.maxHeadersCount = 0
  // A client may close its side after its request and still read the response. The types do not have this
  // option.
  Reflect.set(server, 'httpAllowHalfOpen', true)
  applyLimits(server, config)
  return server
}

/** Sets the limits that a reload may change. */
export function applyLimits(server: HttpServer, config: Config): void {
  server.maxConnections = config.limits.connections
  server.headersTimeout = config.timeouts.headMs
}

function readCertificate(tls: TlsOptions) {
  return { cert: readFileSync(tls.cert), key: readFileSync(tls.key), minVersion: tls.minVersion }
}

/** Takes renewed certificates into use without a restart. A broken pair leaves the old one in use. */
export function watchCertificates(server: HttpServer, tls: TlsOptions, log: Logger): () => void {
  const renew = () => {
    try {
      // The listener was made by createHttpsServer, since `tls` is configured.
      ;(server as HttpsServer).setSecureContext(readCertificate(tls))
      log.info({ cert: tls.cert }, 'certificate reloaded')
    } catch {
      log.error(
        { cert: tls.cert, key: tls.key },
        'certificate not reloaded: the files do not fit; the old one stays',
      )
    }
  }
  const watches = [watchFile(tls.cert, renew), watchFile(tls.key, renew)]
  return () => {
    for (const watch of watches) watch.close()
  }
}

/**
 * Connections that may wait to be accepted. With Node's 511 a burst waits for a second. The system has its
 * own bound.
 */
const backlog = 4096

/** Resolves when it accepts; rejects when the port cannot be had. */
export function listen(server: NetServer, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ ...address, backlog }, () => {
      server.off('error', reject)
      // A connection that cannot be accepted (no file descriptor, no memory) is no fault that ends the
      // process.
      server.on('error', () => {})
      resolve()
    })
  })
}

/** The port of a server, or 0 before it listens. */
export function portOf(server: NetServer): number {
  const address = server.address() as AddressInfo | null // A TCP listener has no other address.
  return address?.port ?? 0
}
