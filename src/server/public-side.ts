import type { Server as HttpServer } from 'node:http'
import type { Socket } from 'node:net'
import type { CreateProfiles } from '../access/profiles.ts'
import { endpointLine, type RouteLine, routeLine } from '../admin/admin.ts'
import { runtimeGauges } from '../admin/runtime-gauges.ts'
import { type ProcessStatus, statusOf } from '../admin/status.ts'
import type { Config } from '../config/config.ts'
import { createGateway, type Gateway } from '../gateway/gateway.ts'
import { createRuntime, type Revoke, type Runtime } from '../gateway/runtime.ts'
import { createDecisionLog, type DecisionLog } from '../log/decision-log.ts'
import type { Logger } from '../log/logger.ts'
import type { Gauges, Meters } from '../log/meters.ts'
import type { RequestRecord } from '../log/request-record.ts'
import type { CutOff, CutOffs } from '../token/cut-offs.ts'
import type { Seen } from '../token/seen-subjects.ts'
import { refuseBrokenRequests } from './client-error.ts'
import { drain, trackConnections } from './connections.ts'
import { refuseFixedAtStart } from './fixed-at-start.ts'
import { createKeepAlive, type KeepAlive } from './keep-alive.ts'
import { applyLimits, createListener, watchCertificates } from './listener.ts'
import type { TurnServer } from './turns.ts'
import { nameWrongScheme } from './wrong-scheme.ts'

export type PublicSideOptions = {
  readonly config: Config
  readonly log: Logger
  /** They are shared with whoever makes them. */
  readonly cutOffs: CutOffs
  readonly revoke: Revoke
  /** For `identity.profile`: this room knows nothing of Logto. */
  readonly createProfiles: CreateProfiles
}

/** The public side of one process: its HTTP server and the rules in force. It does not listen by itself. */
export class PublicSide {
  readonly server: HttpServer
  readonly connections: ReadonlySet<Socket>
  readonly #options: PublicSideOptions
  readonly #runtime: Runtime
  readonly #keepAlive: KeepAlive
  readonly #stopWatchingCertificates: (() => void) | undefined
  #config: Config
  #gateway: Gateway
  #decisionLog: DecisionLog
  #stopping = false
  #stopped: Promise<void> | undefined

  /** Throws when something in the configuration cannot be built. */
  constructor(options: PublicSideOptions) {
    const { config, log, cutOffs, revoke, createProfiles } = options
    this.#options = options
    this.#config = config
    const { cacheMaxEntries } = config.tokens
    this.#runtime = createRuntime({
      log,
      cutOffs,
      revoke,
      cacheMaxEntries,
      series: config.metrics.series,
      createProfiles,
    })
    this.server = createListener(config)
    this.#gateway = this.#compile(config)
    this.#decisionLog = createDecisionLog(log, config.log)
    this.#keepAlive = createKeepAlive(this.server, this.#turnServer())
    refuseBrokenRequests(this.server, this.#keepAlive, (record) => this.#leaveUnparsed(record))
    nameWrongScheme(this.server, log)
    this.connections = trackConnections(this.server, log)
    this.#stopWatchingCertificates = config.tls && watchCertificates(this.server, config.tls, log)
  }

  get stopping(): boolean {
    return this.#stopping
  }

  /** The own endpoints first, as they come before every route. */
  routeLines(): RouteLine[] {
    const { endpoints, routes } = this.#gateway
    return [...endpoints.map(endpointLine), ...routes.map(routeLine)]
  }

  /** In force. During a reload it is the new one as soon as requests are served by it. */
  get config(): Config {
    return this.#config
  }

  status(): ProcessStatus {
    return statusOf(this.#runtime, this.connections.size)
  }

  get meters(): Meters {
    return this.#runtime.meters
  }

  gauges(): Gauges {
    return runtimeGauges(this.#runtime)
  }

  /**
   * Ends the streams whose tokens were revoked, and forgets the profiles of their users. To be called
   * after these are in force.
   */
  afterCutOffs(cutOffs: readonly CutOff[]): void {
    this.#runtime.streams.endRevoked()
    for (const [, profiles] of this.#runtime.profiles.entries)
      for (const { issuer, kind, id } of cutOffs) {
        if (kind === 'sub') profiles.drop(issuer, id)
        if (kind === 'all') profiles.clear()
      }
  }

  /** The users who were here since the last call. */
  takeSeen(): Seen[] {
    return this.#runtime.seen.take()
  }

  /** Fetches the keys of every issuer, within two seconds. */
  refreshKeys(): void {
    for (const [, keySet] of this.#runtime.keySets.entries) keySet.refresh()
    for (const [, { targets }] of this.#runtime.facades.entries) targets.refresh()
  }

  /** Puts new rules in force. On an error the old ones stay, and the promise rejects. */
  async reload(next: Config): Promise<void> {
    refuseFixedAtStart(this.#config, next)
    const old = this.#gateway
    this.#gateway = this.#compile(next)
    this.#config = next
    this.#decisionLog = createDecisionLog(this.#options.log, next.log)
    applyLimits(this.server, next)
    this.#runtime.meters.setSeries(next.metrics.series)
    old.close()
    await this.#runtime.streams.reconsider()
  }

  /**
   * Takes no new connections, lets requests finish, and ends streams. After `timeouts.shutdown` it closes all
   * that is left.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    this.#stopping = true
    this.#stopWatchingCertificates?.()
    this.#runtime.streams.endAll('shutdown')
    for (const turns of this.#keepAlive.all()) turns.closeSoon()
    await drain(this.server, this.connections, {
      graceMs: this.#config.timeouts.shutdownMs,
      onDeadline: () => this.#cutAll(),
      log: this.#options.log,
    })
    // The last responses still have to write their log lines.
    await new Promise(setImmediate)
    this.#keepAlive.stop()
    this.#gateway.close()
  }

  #cutAll(): void {
    for (const turns of this.#keepAlive.all())
      turns.cut('gateway_stopping', 'The gateway stops, and the request took longer than timeouts.shutdown')
  }

  /** Logs and counts a request that did not parse, which no gateway sees. */
  #leaveUnparsed(record: RequestRecord): void {
    this.#decisionLog(record)
    this.#runtime.countRequest(record, 0)
  }

  #compile(config: Config): Gateway {
    return createGateway({ config, runtime: this.#runtime, current: () => this.#gateway })
  }

  /** Serves requests by the rules that are in force when it is their turn. */
  #turnServer(): TurnServer {
    const side = this
    return {
      handle: (request, response, onClosed) => side.#gateway.handle(request, response, onClosed),
      upgrade: (request, socket, early) => side.#gateway.upgrade(request, socket, early),
      // A Node that asks a callback about upgrades goes on with a request whose upgrade is ignored.
      ignoresUpgrades: 'shouldUpgradeCallback' in side.server,
      parseAgain(socket, bytes) {
        const hasEnded = socket.readableEnded
        if (!hasEnded) socket.unshift(bytes)
        // Node's own listener is the first. The others have heard of this connection before.
        const event = side.#config.tls === undefined ? 'connection' : 'secureConnection'
        side.server.listeners(event)[0]?.call(side.server, socket)
        if (!hasEnded) return
        // A client that has closed its side meanwhile is not read any more, and nothing can be unshifted.
        socket.emit('data', bytes)
        socket.emit('end')
      },
      get stopping() {
        return side.#stopping
      },
      get idleMs() {
        return side.#config.timeouts.idleMs
      },
    }
  }
}
