import { randomBytes } from 'node:crypto'
import { createAdmin } from '../admin/admin.ts'
import { type Health, healthOf } from '../admin/health.ts'
import type { Config } from '../config/config.ts'
import type { Logger } from '../log/logger.ts'
import { refuseUnchangeable } from '../server/fixed-at-start.ts'
import { refuseLenientParser } from '../server/lenient-parser.ts'
import { listen, portOf } from '../server/listener.ts'
import type { Server } from '../server/single-process.ts'
import { createDoor, type DoorLimits } from './public-port.ts'
import { rollOut } from './roll-out.ts'
import { createSlot, type Slot } from './slot.ts'

/** `/readyz` waits no longer for a worker. */
const answerWithinMs = 1000
/** What a worker has beyond `timeouts.shutdown` to write its last lines. */
const lastWordsMs = 5000

/**
 * The gateway in several processes. This one holds the public port and the admin listener, starts workers, starts them again when
 * they end, and serves no request itself. Resolves when all workers serve; rejects when a port is taken or a worker cannot start.
 */
export async function startSupervisor(options: {
  readonly config: Config
  readonly log: Logger
}): Promise<Server> {
  const { log } = options
  refuseLenientParser()
  let config = options.config
  let started = false
  let stopping = false
  let stopped: Promise<void> | undefined
  let reloading: Promise<void> = Promise.resolve()
  const slots: Slot[] = []
  const door = createDoor(log, doorLimits(config))
  const admin = createAdmin({
    live: () => !started || stopping || slots.some(({ pid }) => pid !== undefined),
    health: async () => healthOfAll(slots, config.workers, stopping),
    routes: async () => {
      for (const slot of slots) {
        const routes = await withinTime(slot.routes())
        if (routes !== undefined) return [...routes]
      }
      return undefined
    },
  })

  async function start(): Promise<void> {
    await listen(door.listener, config.listen)
    await listen(admin, config.admin.listen)
    const port = portOf(door.listener)
    const ticketKeys = randomBytes(48).toString('base64')
    for (let number = 1; number <= config.workers; number++)
      slots.push(createSlot({ number, door, log, config: () => config, port, ticketKeys }))
    const starts = slots.map(async ({ firstStart }) => {
      const problem = await firstStart
      if (problem !== undefined) throw new Error(problem)
    })
    await Promise.all(starts)
    started = true
  }

  /** All or nothing. */
  async function roll(next: Config): Promise<void> {
    refuseUnchangeable(config, next)
    const problem = await rollOut(slots, next)
    if (problem !== undefined) throw new Error(problem)
    config = next
    door.limit(doorLimits(next))
    // Those that were started meanwhile came up with the old rules.
    for (const slot of slots) await slot.catchUp()
  }

  async function stop(): Promise<void> {
    stopping = true
    door.close()
    await Promise.all(slots.map((slot) => slot.stop(config.timeouts.shutdownMs + lastWordsMs)))
    admin.closeAllConnections()
    await new Promise<void>((resolve) => void admin.close(() => resolve()))
  }

  try {
    await start()
  } catch (error) {
    await stop()
    throw error
  }
  const port = portOf(door.listener)
  return {
    port,
    get adminPort() {
      return portOf(admin)
    },
    reload(next) {
      const rolled = reloading.then(() => roll(next))
      reloading = rolled.catch(() => {})
      return rolled
    },
    stop: () => (stopped ??= stop()),
  }
}

function doorLimits({ limits, timeouts }: Config): DoorLimits {
  return { connections: limits.connections, waitMs: timeouts.headMs }
}

async function healthOfAll(
  slots: readonly Slot[],
  wanted: number,
  stopping: boolean,
): Promise<WorkersHealth> {
  const heard = await Promise.all(
    slots.map(async (slot) => ({ slot, report: await withinTime(slot.report()) })),
  )
  const reports = heard.flatMap(({ report }) => report ?? [])
  const silent = heard.filter(({ report }) => report === undefined)
  const missing = silent.map(({ slot: { number, pid } }) =>
    pid === undefined ? `worker ${number} is being started` : `worker ${number} does not answer`,
  )
  return {
    ...healthOf(reports, stopping ? [...missing, 'the gateway is stopping'] : missing),
    workers: {
      wanted,
      serving: reports.length,
      each: heard.map(({ slot: { number, pid }, report }) => ({
        worker: number,
        pid: pid ?? null,
        connections: report?.connections ?? null,
      })),
    },
  }
}

type WorkersHealth = Health & {
  readonly workers: {
    readonly wanted: number
    /** Fewer than wanted: the gateway serves with less. */
    readonly serving: number
    readonly each: readonly {
      readonly worker: number
      readonly pid: number | null
      readonly connections: number | null
    }[]
  }
}

/** Undefined when the answer does not come in time. */
function withinTime<T>(answer: Promise<T | undefined>): Promise<T | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), answerWithinMs)
    void answer.then((value) => {
      clearTimeout(timer)
      resolve(value)
    })
  })
}
