import { createAdmin } from './admin.ts'
import { refuseBrokenRequests } from './client-error.ts'
import type { Config } from './config/config.ts'
import { drain, trackConnections } from './connections.ts'
import { createGateway, type Gateway } from './gateway.ts'
import { applyLimits, createListener, listen, portOf, watchCertificates } from './listener.ts'
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
  let stopped: Promise<void> | undefined
  const runtime = createRuntime({ log, cacheMaxEntries: config.tokens.cacheMaxEntries })
  const compile = (next: Config): Gateway =>
    createGateway({ config: next, runtime, current: () => gateway, port: () => portOf(server) })
  const server = createListener(config)
  let gateway = compile(config)

  server.on('request', handle)
  server.on('checkContinue', handle)
  server.on('checkExpectation', handle)
  server.on('upgrade', (request, socket, early) => gateway.upgrade(request, socket, early))
  // No route can name CONNECT: it is refused there, like any request.
  server.on('connect', (request, socket, early) => gateway.upgrade(request, socket, early))
  let decisionLog = createDecisionLog(log, config.log)
  const served = refuseBrokenRequests(server, () => decisionLog)
  const connections = trackConnections(server, log)
  const admin = createAdmin({ runtime, routes: () => gateway.routes, stopping: () => stopping })
  const certificates = config.tls && watchCertificates(server, config.tls, log)

  function handle(...[request, response]: Parameters<Gateway['handle']>): void {
    served(response)
    if (stopping) response.shouldKeepAlive = false
    gateway.handle(request, response)
  }

  async function stop(): Promise<void> {
    stopping = true
    certificates?.()
    runtime.streams.endAll('shutdown')
    await drain(server, connections, config.timeouts.shutdownMs, log)
    // The last responses still have to write their log lines.
    await new Promise(setImmediate)
    gateway.close()
    admin.closeAllConnections()
    await new Promise<void>((resolve) => void admin.close(() => resolve()))
  }

  try {
    await listen(server, config.listen)
    await listen(admin, config.admin.listen)
  } catch (error) {
    await stop()
    throw error
  }
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
      decisionLog = createDecisionLog(log, next.log)
      applyLimits(server, next)
      old.close()
      await runtime.streams.reconsider()
    },
    stop: () => (stopped ??= stop()),
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
      config.log.format,
    ])
  if (fixed(old) === fixed(next)) return
  throw new Error(
    'listen, admin.listen, tls, limits.headerBytes, tokens.cache and log.format need a restart; nothing was changed',
  )
}
