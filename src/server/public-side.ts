import type { Server as HttpServer } from 'node:http'
import type { Socket } from 'node:net'
import { type ProcessStatus, statusOf } from '../admin/status.ts'
import type { Config } from '../config/config.ts'
import type { CompiledRoute } from '../gateway/compile-route.ts'
import { createGateway, type Gateway } from '../gateway/gateway.ts'
import { createRuntime } from '../gateway/runtime.ts'
import { createDecisionLog } from '../log/decision-log.ts'
import type { Logger } from '../log/logger.ts'
import { refuseBrokenRequests } from './client-error.ts'
import { drain, trackConnections } from './connections.ts'
import { refuseUnchangeable } from './fixed-at-start.ts'
import { createKeepAlive } from './keep-alive.ts'
import { applyLimits, createListener, watchCertificates } from './listener.ts'

/** The public side of one process: its HTTP server and the rules in force. It neither listens nor has an admin side. */
export type Front = {
  readonly server: HttpServer
  readonly connections: ReadonlySet<Socket>
  readonly stopping: boolean
  readonly routes: readonly CompiledRoute[]
  status(): ProcessStatus
  /** All or nothing: on an error the old rules stay and the promise rejects. */
  reload(config: Config): Promise<void>
  /** No new connections, requests finish, streams end, close after `timeouts.shutdown`. */
  stop(): Promise<void>
}

/** `port` is asked when requests come. Throws when something in the configuration cannot be built. */
export function createFront(options: {
  readonly config: Config
  readonly log: Logger
  readonly port: () => number
}): Front {
  const { log, port } = options
  let config = options.config
  let stopping = false
  let stopped: Promise<void> | undefined
  const runtime = createRuntime({ log, cacheMaxEntries: config.tokens.cacheMaxEntries })
  const compile = (next: Config): Gateway =>
    createGateway({ config: next, runtime, current: () => gateway, port })
  const server = createListener(config)
  let gateway = compile(config)

  server.on('request', handle)
  server.on('checkContinue', handle)
  server.on('checkExpectation', handle)
  server.on('upgrade', upgrade)
  // No route can name CONNECT: it is refused there, like any request.
  server.on('connect', upgrade)
  let decisionLog = createDecisionLog(log, config.log)
  const keepAlive = createKeepAlive(() => config.timeouts.idleMs)
  refuseBrokenRequests(server, keepAlive, () => decisionLog)
  const connections = trackConnections(server, log)
  const certificates = config.tls && watchCertificates(server, config.tls, log)

  function handle(...[request, response]: Parameters<Gateway['handle']>): void {
    keepAlive.serve(response)
    if (stopping) response.shouldKeepAlive = false
    gateway.handle(request, response)
  }

  function upgrade(...[request, socket, early]: Parameters<Gateway['upgrade']>): void {
    keepAlive.leave(socket)
    gateway.upgrade(request, socket, early)
  }

  async function stop(): Promise<void> {
    stopping = true
    certificates?.()
    runtime.streams.endAll('shutdown')
    await drain(server, connections, config.timeouts.shutdownMs, log)
    // The last responses still have to write their log lines.
    await new Promise(setImmediate)
    keepAlive.stop()
    gateway.close()
  }

  return {
    server,
    connections,
    get stopping() {
      return stopping
    },
    get routes() {
      return gateway.routes
    },
    status: () => statusOf(runtime, connections.size),
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
