// Why not node:cluster? It deals connections out in turn, whatever each worker has open, and it closes the
// port as soon as no worker runs. Here a connection goes to the worker with the fewest, and waits while
// workers are started again.

import { randomBytes } from 'node:crypto'
import type { Server as HttpServer } from 'node:http'
import { createAdmin, type RouteLine } from '../admin/admin.ts'
import type { Config } from '../config/config.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log/logger.ts'
import type { Gauges, Meters } from '../log/meters.ts'
import { refuseFixedAtStart } from '../server/fixed-at-start.ts'
import { refuseLenientParser } from '../server/lenient-parser.ts'
import { listen, portOf } from '../server/listener.ts'
import { createMetricsPage, type MetricsPage } from '../server/metrics-page.ts'
import { deskOf, openRevocations, type Revocations } from '../server/revocations.ts'
import type { Server, ServerOptions } from '../server/single-process.ts'
import type { Orders, Plea } from './messages.ts'
import { createPublicPort, type PublicPort, type PublicPortLimits } from './public-port.ts'
import { rollOut } from './roll-out.ts'
import { createSeenUsers } from './seen-users.ts'
import { createSlot, type Slot } from './slot.ts'
import { within, workersHealth } from './workers-health.ts'

/** How long the admin listener waits for what a worker replies. */
const replyWithinMs = 1000
/**
 * How often the counts of workers are collected, in milliseconds. A worker that ends loses those since the
 * last time.
 */
const collectEveryMs = 5000
/** The time that a worker has beyond `timeouts.shutdown` to write its last log lines. */
const lastLinesMs = 5000

/** Everything that a supervisor knows. */
type State = {
  readonly log: Logger
  /** The configuration in force. */
  config: Config
  readonly publicPort: PublicPort
  readonly slots: Slot[]
  readonly metrics: MetricsPage
  readonly revocations: Revocations
  started: boolean
  stopping: boolean
  collecting?: NodeJS.Timeout
}

/**
 * The gateway in several processes. This one holds the public port and the admin listener, starts the
 * workers, starts them again when they end, and serves no request itself. Resolves when all workers serve.
 * Rejects when a port is taken or a worker cannot start.
 */
export async function startSupervisor({ config, log, program, usersOfRole }: ServerOptions): Promise<Server> {
  refuseLenientParser()
  const slots: Slot[] = []
  let inForce = config
  const revocations = await openRevocations({
    config: () => inForce,
    log,
    usersOfRole,
    announce: (cutOffs) => Promise.all(slots.map((slot) => within(replyWithinMs, slot.cutOff(cutOffs)))),
  })
  const state: State = {
    log,
    get config() {
      return inForce
    },
    set config(next) {
      inForce = next
    },
    publicPort: createPublicPort(log, publicPortLimits(config)),
    slots,
    revocations,
    metrics: createMetricsPage({
      series: config.metrics.series,
      program,
      collect: (totals) => collect(slots, totals),
    }),
    started: false,
    stopping: false,
  }
  const admin = createAdmin({
    live: () => !state.started || state.stopping || state.slots.some(({ pid }) => pid !== undefined),
    health: () =>
      workersHealth(state.slots, {
        wanted: state.config.workers,
        stopping: state.stopping,
        replyWithinMs,
      }),
    routes: () => routesInForce(state.slots),
    metrics: state.metrics.print,
    revocation: deskOf(revocations, () => inForce),
  })
  try {
    await start(state, admin)
  } catch (error) {
    await stop(state, admin)
    throw error
  }
  return runningServer(state, admin)
}

function runningServer(state: State, admin: HttpServer): Server {
  const port = portOf(state.publicPort.listener)
  let stopped: Promise<void> | undefined
  let lastReload: Promise<void> = Promise.resolve()
  return {
    port,
    get adminPort() {
      return portOf(admin)
    },
    reload(next) {
      const reloaded = lastReload.then(() => reload(state, next))
      lastReload = reloaded.catch(() => {})
      return reloaded
    },
    refreshKeys() {
      for (const slot of state.slots) slot.refreshKeys()
    },
    revoke: state.revocations.revoke,
    takeSeen: createSeenUsers(state.slots, replyWithinMs),
    stop: () => (stopped ??= stop(state, admin)),
  }
}

async function start(state: State, admin: HttpServer): Promise<void> {
  const { config, log, publicPort, slots, metrics, revocations } = state
  await listen(publicPort.listener, config.listen)
  await listen(admin, config.admin.listen)
  const restarts = metrics.totals.counter('scopegate_worker_restarts_total')
  const ticketKeys = randomBytes(48).toString('base64')
  for (let number = 1; number <= config.workers; number++)
    slots.push(
      createSlot({
        number,
        publicPort,
        log,
        config: () => state.config,
        ticketKeys,
        cutOffs: () => revocations.cutOffs.list(),
        onPlea: (plea) => grant(revocations, plea),
        restarts,
      }),
    )
  const starts = slots.map(async ({ firstStart }) => {
    const problem = await firstStart
    if (problem !== undefined) throw new Error(problem)
  })
  await Promise.all(starts)
  state.started = true
  state.collecting = setInterval(() => void collect(slots, metrics.totals), collectEveryMs).unref()
}

/** Carries a worker's plea out. */
async function grant(
  { revoke }: Revocations,
  { pleaId: id, withdrawals }: Plea,
): Promise<Orders['pleaAnswered']> {
  try {
    await revoke(withdrawals)
    return { id }
  } catch (error) {
    return { id, problem: messageOf(error) }
  }
}

/** Takes a configuration into use in all workers or in none. Rejects when it was in none. */
async function reload(state: State, next: Config): Promise<void> {
  refuseFixedAtStart(state.config, next)
  const problem = await rollOut(state.slots, next)
  if (problem !== undefined) throw new Error(problem)
  state.config = next
  state.publicPort.setLimits(publicPortLimits(next))
  state.metrics.totals.setSeries(next.metrics.series)
  // Workers that were started during the roll-out came up with the configuration before it.
  for (const slot of state.slots) await slot.catchUp()
}

async function stop(state: State, admin: HttpServer): Promise<void> {
  state.stopping = true
  clearInterval(state.collecting)
  state.metrics.stop()
  state.publicPort.close()
  const withinMs = state.config.timeouts.shutdownMs + lastLinesMs
  await Promise.all(state.slots.map((slot) => slot.stop(withinMs)))
  await state.revocations.close()
  admin.closeAllConnections()
  await new Promise<void>((resolve) => void admin.close(() => resolve()))
}

/** From the first worker that replies; undefined when none does. */
async function routesInForce(slots: readonly Slot[]): Promise<RouteLine[] | undefined> {
  for (const slot of slots) {
    const routes = await within(replyWithinMs, slot.routes())
    if (routes !== undefined) return [...routes]
  }
  return undefined
}

/** Adds what the workers have counted. Resolves to the gauges of those that reply in time. */
async function collect(slots: readonly Slot[], totals: Meters): Promise<Gauges[]> {
  const gauges = slots.map(async (slot) => {
    const measured = await slot.measure()
    // Also when it comes too late for whoever asked.
    if (measured !== undefined) totals.add(measured.counted)
    return measured?.gauges
  })
  const inTime = await Promise.all(gauges.map((reply) => within(replyWithinMs, reply)))
  return inTime.flatMap((found) => (found === undefined ? [] : [found]))
}

function publicPortLimits({ limits, timeouts }: Config): PublicPortLimits {
  return { connections: limits.connections, waitMs: timeouts.headMs }
}
