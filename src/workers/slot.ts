import type { RouteLine } from '../admin/admin.ts'
import type { Report } from '../admin/status.ts'
import type { Config } from '../config/config.ts'
import type { Logger } from '../log/logger.ts'
import { watchPulse } from './liveness.ts'
import { encodeConfig, type Orders } from './messages.ts'
import type { Door } from './public-port.ts'
import { type End, startWorkerProcess, type WorkerProcess } from './worker-process.ts'

/** The place of one worker: a process that serves, or is being started again. */
export type Slot = {
  readonly number: number
  /** Of the process that serves; undefined while none does. */
  readonly pid: number | undefined
  /** What hindered the first start; undefined when it went well. */
  readonly firstStart: Promise<string | undefined>
  report(): Promise<Report | undefined>
  routes(): Promise<readonly RouteLine[] | undefined>
  /** Takes these rules into use; what hindered it, or undefined. A process that ends meanwhile hinders nothing. */
  reload(config: Config): Promise<string | undefined>
  /** After the rules in force have changed: a process that has others gets them, or is started again with them. */
  catchUp(): Promise<void>
  /** Resolves when its process has ended: gracefully, or killed after `withinMs`. */
  stop(withinMs: number): Promise<void>
}

export type SlotOptions = {
  readonly number: number
  readonly door: Door
  readonly log: Logger
  /** The rules in force. */
  readonly config: () => Config
  readonly port: number
  readonly ticketKeys: string
}

/** A process that ran for so long did not end because of how it was started. */
const steadyMs = 10_000
const firstPauseMs = 500
const lastPauseMs = 30_000

/** Starts a worker, and another one whenever it ends. */
export function createSlot(options: SlotOptions): Slot {
  const { number, log, door } = options
  let running: WorkerProcess | undefined
  let serving: { readonly worker: WorkerProcess; rules: Config } | undefined
  let stopping = false
  let wake: () => void = () => {}
  let firstStarted: (problem: string | undefined) => void
  const firstStart = new Promise<string | undefined>((resolve) => {
    firstStarted = resolve
  })
  const over = keepRunning()

  async function keepRunning(): Promise<void> {
    for (let failures = 0; !stopping; ) {
      const { end, problem, livedMs } = await runOnce()
      if (stopping) return
      failures = livedMs >= steadyMs ? 0 : failures + 1
      const pauseMs = failures < 2 ? 0 : Math.min(firstPauseMs * 2 ** (failures - 2), lastPauseMs)
      sayEnded(end, problem, pauseMs)
      await pause(pauseMs)
    }
  }

  /** One process from its start to its end. */
  async function runOnce(): Promise<{ end: End; problem: string | undefined; livedMs: number }> {
    const startedMs = performance.now()
    const worker = startWorkerProcess(log.write)
    running = worker
    const problem = await bringUp(worker)
    firstStarted(problem)
    const leave = problem === undefined ? open(worker) : worker.kill
    const end = await worker.ended
    leave()
    running = undefined
    serving = undefined
    return { end, problem, livedMs: performance.now() - startedMs }
  }

  async function bringUp(worker: WorkerProcess): Promise<string | undefined> {
    let rules = options.config()
    const { port, ticketKeys } = options
    const order: Orders['serve'] = { number, port, ticketKeys, config: encodeConfig(rules) }
    let outcome = await worker.ask('serve', order)
    // A reload came while it was starting.
    while (outcome !== undefined && outcome.problem === undefined && rules !== options.config()) {
      rules = options.config()
      outcome = await worker.ask('reload', { config: encodeConfig(rules) })
    }
    if (outcome === undefined) return 'the process ended while it was starting'
    if (outcome.problem === undefined) serving = { worker, rules }
    return outcome.problem
  }

  /** Lets connections in; the answer takes it back. */
  function open(worker: WorkerProcess): () => void {
    const taker = {
      open: 0,
      take: (socket: Parameters<WorkerProcess['ask']>[2]) => worker.ask('connection', {}, socket),
    }
    const pulse = watchPulse(worker, {
      report: ({ connections }) => {
        taker.open = connections
      },
      stuck() {
        log.error(
          { worker: number, pid: worker.pid },
          'a worker has not answered for 30 s: it is killed, and its requests with it',
        )
        worker.kill()
      },
    })
    door.join(taker)
    return () => {
      pulse.stop()
      door.leave(taker)
    }
  }

  function sayEnded({ exitCode, signal }: End, problem: string | undefined, pauseMs: number): void {
    const how = signal === null ? { exitCode } : { signal }
    const next = pauseMs === 0 ? 'now' : `in ${pauseMs / 1000} s`
    if (problem !== undefined)
      log.error({ worker: number, ...how, problem }, `a worker could not start: tried again ${next}`)
    else
      log.error(
        { worker: number, ...how },
        `a worker ended: its requests were cut, the other workers go on, another is started ${next}`,
      )
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  async function reload(config: Config): Promise<string | undefined> {
    const target = serving
    const outcome = await target?.worker.ask('reload', { config: encodeConfig(config) })
    if (target !== undefined && outcome !== undefined && outcome.problem === undefined) target.rules = config
    return outcome?.problem
  }

  return {
    number,
    firstStart,
    reload,
    get pid() {
      return serving?.worker.pid
    },
    report: async () => serving?.worker.ask('report', {}),
    routes: async () => serving?.worker.ask('routes', {}),
    async catchUp() {
      const target = serving
      if (target === undefined || target.rules === options.config()) return
      const problem = await reload(options.config())
      if (problem !== undefined) target.worker.kill()
    },
    async stop(withinMs) {
      stopping = true
      wake()
      if (serving === undefined) running?.kill()
      else void serving.worker.ask('stop', {})
      const deadline = setTimeout(() => {
        log.warn({ worker: number }, 'a worker did not stop in time: it is killed')
        running?.kill()
      }, withinMs)
      await over
      clearTimeout(deadline)
    },
  }
}
