import type { Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { ProcessStatus } from '../admin/status.ts'
import type { Config } from '../config/config.ts'
import { messageOf } from '../errors.ts'
import { namesOf } from '../issuer/names.ts'
import { createLogger, type ProcessLogger } from '../log/logger.ts'
import type { Measured } from '../log/meters.ts'
import { loadProfiles } from '../logto/load-profiles.ts'
import { watchDescriptors } from '../server/descriptors.ts'
import { catchFaults, faultStatus } from '../server/last-resort.ts'
import { measureProcess, type ProcessMeters } from '../server/process-meters.ts'
import { PublicSide } from '../server/public-side.ts'
import { boundYoungGeneration } from '../server/young-generation.ts'
import { type CutOffs, createCutOffs } from '../token/cut-offs.ts'
import type {
  ConfigReply,
  ConnectionReply,
  Order,
  OrderHandlers,
  OrderKind,
  Orders,
  Replies,
} from './messages.ts'
import { decodeConfig } from './messages.ts'
import { createPleas } from './pleas.ts'
import { shareOf } from './share.ts'

/**
 * `scopegate worker`: one of the processes that a supervisor starts. Serves the connections that it is given,
 * until it is ordered to stop or the supervisor is gone. Resolves to the exit status.
 */
export async function runWorker(): Promise<number> {
  if (process.send === undefined) {
    process.stderr.write('A worker is started by scopegate serve, when its configuration says workers.\n')
    return 64
  }
  // Ctrl-C and systemd signal every process of the group: the supervisor says what happens then.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  boundYoungGeneration()
  const worker: Worker = { serving: undefined, status: 0 }
  await untilStopped(worker)
  // A supervisor that is killed while it waits for its workers was signalled twice, which means: end at once.
  process.once('disconnect', () => process.exit(1))
  await worker.serving?.publicSide.stop()
  await worker.serving?.log.close()
  return worker.status
}

type Worker = {
  /** Undefined before the order to serve. */
  serving: Serving | undefined
  /** With which it will end. */
  status: number
}

type Serving = {
  readonly publicSide: PublicSide
  readonly log: ProcessLogger
  readonly cutOffs: CutOffs
  readonly number: number
  readonly shutdownMs: number
  readonly measured: ProcessMeters
  connectionLimit: number
}

/** Resolves when the supervisor orders the worker to stop, or is gone. */
function untilStopped(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    const handlers = orderHandlers(worker, resolve)
    process.on('message', (order: Order, socket: Socket | undefined) => void obey(handlers, order, socket))
    process.once('disconnect', () => resolve())
  })
}

function orderHandlers(worker: Worker, stop: () => void): OrderHandlers {
  return {
    serve(content) {
      const begun = startServing(content)
      if ('problem' in begun) return begun
      worker.serving = begun
      drainAfterFault(worker, begun, stop)
      return {}
    },
    connection: (_, socket) => takeConnection(worker.serving, socket),
    reload: ({ config }) => reload(worker.serving, decodeConfig(config)),
    refreshKeys() {
      worker.serving?.publicSide.refreshKeys()
      return null
    },
    cutOffs({ cutOffs }) {
      for (const cutOff of cutOffs) worker.serving?.cutOffs.add(cutOff)
      worker.serving?.publicSide.afterCutOffs(cutOffs)
      return null
    },
    pleaAnswered({ id, ...answer }) {
      pleas.answered(id, answer)
      return null
    },
    seen: () => worker.serving?.publicSide.takeSeen() ?? [],
    status: () => worker.serving?.publicSide.status() ?? emptyStatus,
    measure: () => measure(worker.serving),
    routes: () => worker.serving?.publicSide.routeLines() ?? [],
    stop() {
      stop()
      return null
    },
  }
}

/** Gives away everything that was counted: the supervisor adds it up. */
async function measure(serving: Serving | undefined): Promise<Measured | null> {
  if (serving === undefined) return null
  const { publicSide, measured } = serving
  const ofProcess = await measured.gauges()
  return { counted: publicSide.meters.take(), gauges: [...publicSide.gauges(), ...ofProcess] }
}

/** The supervisor sees that it refuses connections and, when it has ended, starts another. */
function drainAfterFault(worker: Worker, { log, shutdownMs }: Serving, stop: () => void): void {
  const drain = () => {
    worker.status = faultStatus
    stop()
  }
  catchFaults({ log, withinMs: shutdownMs, drain })
}

const emptyStatus: ProcessStatus = {
  connections: 0,
  openStreams: { eventStreams: 0, webSockets: 0 },
  issuers: {},
}

async function obey<K extends OrderKind>(
  handlers: OrderHandlers,
  { id, kind, content }: Order<K>,
  socket: Socket | undefined,
): Promise<void> {
  const value: Replies[K] = await handlers[kind](content, socket)
  // When this fails the supervisor is gone, and nobody waits for the reply.
  process.send?.({ id, value }, undefined, undefined, () => {})
}

function startServing(order: Orders['serve']): Serving | Required<ConfigReply> {
  const { number, config: text, ticketKeys, cutOffs: known } = order
  process.title = `scopegate worker ${number}`
  const config = shareOf(decodeConfig(text), number)
  const log = createLogger({ ...config.log, format: 'json', worker: number })
  try {
    const cutOffs = createCutOffs(
      () => publicSide.config.tokens,
      (issuer) => namesOf(issuer, publicSide.config.issuers),
    )
    const publicSide = new PublicSide({
      config,
      log,
      cutOffs,
      revoke: pleas.revoke,
      createProfiles: loadProfiles,
    })
    for (const cutOff of known) cutOffs.add(cutOff)
    // The server was made by createHttpsServer, since `tls` is configured.
    if (config.tls) (publicSide.server as HttpsServer).setTicketKeys(Buffer.from(ticketKeys, 'base64'))
    // It never listens itself. Node starts to look for heads that are too slow when it sees this event.
    publicSide.server.emit('listening')
    const { shutdownMs } = config.timeouts
    const measured = measureProcess(publicSide.meters, log)
    watchDescriptors(log)
    return {
      publicSide,
      log,
      cutOffs,
      number,
      shutdownMs,
      measured,
      connectionLimit: config.limits.connections,
    }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}

/** When this fails the supervisor is gone, and the worker ends. */
const pleas = createPleas((plea) => process.send?.(plea, undefined, undefined, () => {}))

/** The reply is made before anything is read: until then the connection can go to another worker. */
function takeConnection(serving: Serving | undefined, socket: Socket | undefined): ConnectionReply {
  const open = serving?.publicSide.connections.size ?? 0
  // The client reset the connection on its way here.
  if (socket === undefined) return { taken: true, open }
  if (serving === undefined || serving.publicSide.stopping || open >= serving.connectionLimit) {
    socket.destroy()
    return { taken: false, open }
  }
  // Node's HTTP server sets these two on the connections that it accepts itself.
  socket.allowHalfOpen = true
  socket.setNoDelay(true)
  serving.publicSide.server.emit('connection', socket)
  return { taken: true, open: open + 1 }
}

async function reload(serving: Serving | undefined, whole: Config): Promise<ConfigReply> {
  if (serving === undefined) return { problem: 'the worker does not serve yet' }
  const config = shareOf(whole, serving.number)
  try {
    await serving.publicSide.reload(config)
    serving.log.take(config.log)
    serving.connectionLimit = config.limits.connections
    return {}
  } catch (error) {
    return { problem: messageOf(error) }
  }
}
