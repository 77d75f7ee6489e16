import { readFileSync } from 'node:fs'
import { createServer as createHttpServer, type Server as HttpServer, type ServerOptions } from 'node:http'
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createAdmin } from './admin.ts'
import { refuseBrokenRequests } from './client-error.ts'
import type { Config, ListenAddress, TlsOptions } from './config/config.ts'
import { watchFile } from './config/watch.ts'
import { createGateway, type Gateway } from './gateway.ts'
import { createDecisionLog } from './log/decision-log.ts'
import type { Logger } from './log/logger.ts'
import { createRuntime } from './runtime.ts'

/** A running gateway: its public listener, its admin listener, and the rules in force. */
export type Server = {
  readonly port: number
  readonly adminPort: number
  /** All or nothing: on an error the old rules stay and the promise rejects. */
  reload(config: Config): Promise<void>
  /** Readiness off, no new connections, requests finish, streams end, close after `timeouts.shutdown`. */
  stop(): Promise<void>
}

/** Listens; resolves when both listeners accept. Rejects when a port is taken. */
export async function startServer(options: {
  readonly config: Config
  readonly log: Logger
}): Promise<Server> {
  const { log } = options
  refuseLenientParser()
  let config = options.config
  let stopping = false
  const runtime = createRuntime({ log, cacheMaxEntries: config.tokens.cacheMaxEntries })
  const compile = (next: Config): Gateway =>
    createGateway({ config: next, runtime, current: () => gateway, port: () => portOf(server) })
  const server = createListener(config)
  let gateway = compile(config)

  server.on('request', handle)
  server.on('checkContinue', handle)
  server.on('checkExpectation', handle)
  server.on('upgrade', (request, socket, early) => gateway.upgrade(request, socket, early))
  server.on('connect', (_request, socket) =>
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
  )
  refuseBrokenRequests(server, createDecisionLog(log, config.log))
  const admin = createAdmin({ runtime, routes: () => gateway.routes, stopping: () => stopping })
  const certificates = config.tls && watchCertificates(server, config.tls, log)

  function handle(...[request, response]: Parameters<Gateway['handle']>): void {
    if (stopping) response.shouldKeepAlive = false
    gateway.handle(request, response)
  }

  await Promise.all([listen(server, config.listen), listen(admin, config.admin.listen)])
  return {
    get port() {
      return portOf(server)
    },
    get adminPort() {
      return portOf(admin)
    },
    async reload(next) {
      refuseUnchangeable(config, next)
      const old = gateway
      gateway = compile(next)
      config = next
      applyLimits(server, next)
      old.close()
      await runtime.streams.reconsider()
    },
    async stop() {
      stopping = true
      certificates?.()
      runtime.streams.endAll('shutdown')
      await drain(server, config.timeouts.shutdownMs)
      gateway.close()
      admin.closeAllConnections()
      await new Promise<void>((resolve) => void admin.close(() => resolve()))
    },
  }
}

/** How often Node looks for connections that are too slow; its default of 30 s would make every limit late. */
const checkEveryMs = 1000

function createListener(config: Config): HttpServer {
  const options: ServerOptions = {
    insecureHTTPParser: false,
    requireHostHeader: false,
    maxHeaderSize: config.limits.headerBytes,
    headersTimeout: config.timeouts.headMs,
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(checkEveryMs, config.timeouts.headMs),
    keepAliveTimeout: config.timeouts.idleMs,
    noDelay: true,
    ...onlyWebSockets,
  }
  const server = config.tls
    ? createHttpsServer({ ...options, ...readCertificate(config.tls) })
    : createHttpServer(options)
  // Lower numbers hide fields that still frame the body (CVE-2026-58044): all are shown and counted here.
  server.maxHeadersCount = 0
  applyLimits(server, config)
  return server
}

/** Newer Nodes then treat any other upgrade as an ordinary request; the types of Node 20 do not know it. */
const onlyWebSockets = {
  shouldUpgradeCallback: (request: { readonly rawHeaders: readonly string[] }) =>
    request.rawHeaders.some(
      (name, i, all) =>
        i % 2 === 0 && name.toLowerCase() === 'upgrade' && all[i + 1]?.trim().toLowerCase() === 'websocket',
    ),
}

function applyLimits(server: HttpServer, config: Config): void {
  server.maxConnections = config.limits.connections
  server.headersTimeout = config.timeouts.headMs
}

function readCertificate(tls: TlsOptions) {
  return { cert: readFileSync(tls.cert), key: readFileSync(tls.key), minVersion: tls.minVersion }
}

/** Takes renewed certificates into use without a restart; a broken pair leaves the old one. */
function watchCertificates(server: HttpServer, tls: TlsOptions, log: Logger): () => void {
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

function refuseLenientParser(): void {
  const flags = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ')
  if (!flags.includes('--insecure-http-parser')) return
  throw new Error(
    '--insecure-http-parser is set: with it requests can be smuggled past this gateway; take it away',
  )
}

function refuseUnchangeable(old: Config, next: Config): void {
  const fixed = (config: Config) =>
    JSON.stringify([
      config.listen,
      config.admin,
      config.tls ?? null,
      config.limits.headerBytes,
      config.tokens.cacheMaxEntries,
    ])
  if (fixed(old) === fixed(next)) return
  throw new Error(
    'listen, admin.listen, tls, limits.headerBytes and tokens.cache need a restart; nothing was changed',
  )
}

function listen(server: HttpServer, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(address.port, address.host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** Stops accepting, lets requests finish, then closes what is left. */
function drain(server: HttpServer, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), graceMs)
    const idle = setInterval(() => server.closeIdleConnections(), 100)
    server.close(() => {
      clearTimeout(deadline)
      clearInterval(idle)
      resolve()
    })
    server.closeIdleConnections()
  })
}

function portOf(server: HttpServer): number {
  const address = server.address() as AddressInfo | null // A TCP listener has no other address.
  return address?.port ?? 0
}
