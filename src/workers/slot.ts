import type { Socket } from 'node:net'
import type { RouteLine } from '../admin/admin.ts'
import type { ProcessStatus } from '../admin/status.ts'
import type { Config } from '../config/config.ts'
import type { Counter } from '../log/counter.ts'
import type { Logger } from '../log/logger.ts'
import type { Measured } from '../log/meters.ts'
import type { CutOff } from '../token/cut-offs.ts'
import type { Seen } from '../token/seen-subjects.ts'
import { watchLiveness } from './liveness.ts'
import { encodeConfig } from './messages.ts'
import type { PublicPort, Recipient } from './public-port.ts'
import { countFailures, restartPauseMs } from './restart-pause.ts'
import {
  type End,
  startWorkerProcess,
  type WorkerProcess,
  type WorkerProcessOptions,
} from './worker-process.ts'

/** The place of one worker. It has a process that serves, or one that is being started again. */
export type Slot = {
  readonly number: number
  /** Of the process that serves; undefined while none does. */
  readonly pid: number | undefined
  /** Resolves to what hindered the first start, or to undefined when nothing did. */
  readonly firstStart: Promise<string | undefined>
  status(): Promise<ProcessStatus | undefined>
  routes(): Promise<readonly RouteLine[] | undefined>
  /** Resolves to everything that it has counted since it was last asked, to be added up by the caller. */
  measure(): Promise<Measured | undefined>
  /** Lets the process fetch the keys of its issuers; one that is being started fetches them anyway. */
  refreshKeys(): void
  /** Resolves when the process has these, also one that is still being started. */
  cutOff(cutOffs: readonly CutOff[]): Promise<unknown>
  /** The users who were here since it was last asked. */
  seen(): Promise<readonly Seen[] | undefined>
  /**
   * Takes this configuration into use. Resolves to what hindered it, or to undefined. A process that ends
   * meanwhile hinders nothing: the next one starts with the configuration in force.
   */
  reload(config: Config): Promise<string | undefined>
  /**
   * Brings a process that has another configuration than the one in force to that one, by a reload or, when
   * it refuses, by starting it again.
   */
  catchUp(): Promise<void>
  /** Resolves when its process has ended: gracefully, or killed after `withinMs`. */
  stop(withinMs: number): Promise<void>
}

export type SlotOptions = {
  readonly number: number
  readonly publicPort: Pick<PublicPort, 'add' | 'remove'>
  readonly log: Logger
  /** The configuration in force. */
  readonly config: () => Config
  readonly ticketKeys: string
  /** Every cut-off so far. */
  readonly cutOffs: () => readonly CutOff[]
  readonly onPlea: WorkerProcessOptions['onPlea']
  /** Counts processes that ended and are started again. */
  readonly restarts: Counter
}

/** Everything that a slot knows. */
type State = SlotOptions & {
  running: WorkerProcess | undefined
  serving: Serving | undefined
  stopping: boolean
  /** Ends the pause before the next start. */
  endPause: () => void
  firstStarted: (problem: string | undefined) => void
}

type Serving = { readonly worker: WorkerProcess; config: Config }

/** Starts a worker, and another one whenever it ends. */
export function createSlot(options: SlotOptions): Slot {
  let firstStarted: State['firstStarted'] = () => {}
  const firstStart = new Promise<string | undefined>((resolve) => {
    firstStarted = resolve
  })
  const state: State = {
    ...options,
    running: undefined,
    serving: undefined,
    stopping: false,
    endPause: () => {},
    firstStarted,
  }
  const over = keepRunning(state)
  return {
    number: options.number,
    firstStart,
    get pid() {
      return state.serving?.worker.pid
    },
    status: async () => state.serving?.worker.ask('status', {}),
    routes: async () => state.serving?.worker.ask('routes', {}),
    measure: async () => (await state.serving?.worker.ask('measure', {})) ?? undefined,
    refreshKeys: () => void state.serving?.worker.ask('refreshKeys', {}),
    cutOff: async (cutOffs) => state.running?.ask('cutOffs', { cutOffs }),
    seen: async () => state.serving?.worker.ask('seen', {}),
    reload: (config) => reload(state, config),
    catchUp: () => catchUp(state),
    stop: (withinMs) => stop(state, over, withinMs),
  }
}

async function keepRunning(state: State): Promise<void> {
  let failures = 0
  while (!state.stopping) {
    const startedMs = performance.now()
    const { end, problem } = await runOnce(state)
    if (state.stopping) return
    failures = countFailures(failures, performance.now() - startedMs)
    const pauseMs = restartPauseMs(failures)
    logEnd(state, end, problem, pauseMs)
    state.restarts.add(1)
    await pause(state, pauseMs)
  }
}

/** One process from its start to its end. */
async function runOnce(state: State): Promise<{ end: End; problem: string | undefined }> {
  const worker = startWorkerProcess({ writeLog: state.log.write, onPlea: state.onPlea })
  state.running = worker
  const problem = await bringUp(state, worker)
  state.firstStarted(problem)
  const withdraw = problem === undefined ? offerConnections(state, worker) : worker.kill
  const end = await worker.ended
  withdraw()
  state.running = undefined
  state.serving = undefined
  return { end, problem }
}

/** Has a new process serve. Resolves to what hindered it, or to undefined. */
async function bringUp(state: State, worker: WorkerProcess): Promise<string | undefined> {
  const { number, ticketKeys } = state
  let config = state.config()
  let reply = await worker.ask('serve', {
    number,
    ticketKeys,
    config: encodeConfig(config),
    cutOffs: state.cutOffs(),
  })
  // The configuration in force may have changed while it was starting.
  while (reply !== undefined && reply.problem === undefined && config !== state.config()) {
    config = state.config()
    reply = await worker.ask('reload', { config: encodeConfig(config) })
  }
  if (reply === undefined) return 'the process ended while it was starting'
  if (reply.problem === undefined) state.serving = { worker, config }
  return reply.problem
}

/**
 * Has the public port give connections to this process, and watches it. Returns a function that ends both.
 */
function offerConnections({ number, log, publicPort }: State, worker: WorkerProcess): () => void {
  const recipient: Recipient = {
    open: 0,
    take: (socket: Socket) => worker.ask('connection', {}, socket),
  }
  const liveness = watchLiveness(worker, {
    onStatus({ connections }) {
      recipient.open = connections
    },
    onStuck() {
      log.error(
        { worker: number, pid: worker.pid },
        'a worker has not answered for 30 s: it is killed, and its requests with it',
      )
      worker.kill()
    },
  })
  publicPort.add(recipient)
  return () => {
    liveness.stop()
    publicPort.remove(recipient)
  }
}

function logEnd({ log, number }: State, end: End, problem: string | undefined, pauseMs: number): void {
  const how = end.signal === null ? { exitCode: end.exitCode } : { signal: end.signal }
  const next = pauseMs === 0 ? 'now' : `in ${pauseMs / 1000} s`
  if (problem !== undefined)
    log.error({ worker: number, ...how, problem }, `a worker could not start: tried again ${next}`)
  else
    log.error(
      { worker: number, ...how },
      'a worker ended: requests that it still had were cut, the other workers go on, ' +
        `another is started ${next}`,
    )
}

function pause(state: State, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    state.endPause = () => {
      clearTimeout(timer)
      resolve()
    }
  })
}

async function reload({ serving }: State, config: Config): Promise<string | undefined> {
  const reply = await serving?.worker.ask('reload', { config: encodeConfig(config) })
  if (serving !== undefined && reply !== undefined && reply.problem === undefined) serving.config = config
  return reply?.problem
}

async function catchUp(state: State): Promise<void> {
  const { serving } = state
  if (serving === undefined || serving.config === state.config()) return
  const problem = await reload(state, state.config())
  if (problem !== undefined) serving.worker.kill()
}

async function stop(state: State, over: Promise<void>, withinMs: number): Promise<void> {
  state.stopping = true
  state.endPause()
  if (state.serving === undefined) state.running?.kill()
  else void state.serving.worker.ask('stop', {})
  const deadline = setTimeout(() => {
    state.log.warn({ worker: state.number }, 'a worker did not stop in time: it is killed')
    state.running?.kill()
  }, withinMs)
  await over
  clearTimeout(deadline)
}
