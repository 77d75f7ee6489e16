import type { CreateProfiles } from '../access/profiles.ts'
import { createAdmin } from '../admin/admin.ts'
import { healthOf } from '../admin/health.ts'
import type { Config } from '../config/config.ts'
import type { Logger } from '../log/logger.ts'
import type { CutOff } from '../token/cut-offs.ts'
import type { Seen } from '../token/seen-subjects.ts'
import type { Withdrawal } from '../token/withdrawal.ts'
import { refuseLenientParser } from './lenient-parser.ts'
import { listen, portOf } from './listener.ts'
import { createMetricsPage, type Program } from './metrics-page.ts'
import { PublicSide } from './public-side.ts'
import { deskOf, openRevocations, type UsersOfRole } from './revocations.ts'

/** A running gateway: its public listener, its admin listener, and the rules in force. */
export type Server = {
  readonly port: number
  readonly adminPort: number
  /** Puts new rules in force. On an error the old ones stay, and the promise rejects. */
  reload(config: Config): Promise<void>
  /** Fetches the keys of every issuer in the background, within two seconds. */
  refreshKeys(): void
  /** Resolves to the cut-offs once they are in force everywhere and kept; rejects when they are not kept. */
  revoke(withdrawals: readonly Withdrawal[]): Promise<readonly CutOff[]>
  /** The users who were here since the last call, of those of whom Logto is asked now and then. */
  takeSeen(): Promise<readonly Seen[]>
  /**
   * Is not ready any more, takes no new connections, lets requests finish, and ends streams. After
   * `timeouts.shutdown` it closes all that is left.
   */
  stop(): Promise<void>
}

export type ServerOptions = {
  readonly config: Config
  readonly log: Logger
  /** For `identity.profile`. */
  readonly createProfiles: CreateProfiles
  /** Read anew for each `/metrics`. */
  readonly program: Program
  /** Who has a role, by the Management API. Without it nobody can tell. */
  readonly usersOfRole?: UsersOfRole | undefined
}

/**
 * Starts the whole gateway in this process. Resolves when both listeners accept, and rejects when a port is
 * taken.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { config, log, program, usersOfRole, createProfiles } = options
  refuseLenientParser()
  let side: PublicSide | undefined
  const inForce = () => side?.config ?? config
  let stopped: Promise<void> | undefined
  const revocations = await openRevocations({
    config: inForce,
    log,
    usersOfRole,
    announce: (made) => publicSide.afterCutOffs(made),
  })
  const { cutOffs, revoke } = revocations
  const publicSide = new PublicSide({ config, log, cutOffs, revoke, createProfiles })
  side = publicSide
  const metrics = createMetricsPage({
    series: config.metrics.series,
    program,
    async collect(totals) {
      totals.add(publicSide.meters.take())
      return [publicSide.gauges()]
    },
  })
  const admin = createAdmin({
    live: () => true,
    health: () => healthOf([publicSide.status()], publicSide.stopping ? ['the gateway is stopping'] : []),
    routes: () => publicSide.routeLines(),
    metrics: metrics.print,
    revocation: deskOf(revocations, inForce),
  })

  async function stop(): Promise<void> {
    await publicSide.stop()
    metrics.stop()
    await revocations.close()
    admin.closeAllConnections()
    await new Promise<void>((resolve) => void admin.close(() => resolve()))
  }

  try {
    await listen(publicSide.server, config.listen)
    await listen(admin, config.admin.listen)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    get port() {
      return portOf(publicSide.server)
    },
    get adminPort() {
      return portOf(admin)
    },
    async reload(next) {
      await publicSide.reload(next)
      metrics.totals.setSeries(next.metrics.series)
    },
    refreshKeys: () => publicSide.refreshKeys(),
    revoke,
    takeSeen: async () => publicSide.takeSeen(),
    stop: () => (stopped ??= stop()),
  }
}
