import type { Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import { routeLine } from '../admin/admin.ts'
import type { Config } from '../config/config.ts'
import { createLogger, type ProcessLogger } from '../log/logger.ts'
import { createFront, type Front } from '../server/public-side.ts'
import { boundYoungGeneration } from '../server/young-generation.ts'
import type { Answers, Duties, Kind, Order, Orders, Outcome } from './messages.ts'
import { decodeConfig } from './messages.ts'
import { shareOf } from './share.ts'

/**
 * `scopegate worker`: one of the processes that a supervisor starts. Serves the connections that it is handed, until it is told
 * to stop or the supervisor is gone; resolves to the exit status.
 */
export async function runWorker(): Promise<number> {
  if (process.send === undefined) {
    process.stderr.write('A worker is started by scopegate serve, when its configuration says workers.\n')
    return 64
  }
  // Ctrl-C and systemd signal every process of the group: it is the supervisor that says what happens then.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  boundYoungGeneration()
  let work: Work | undefined
  const told = new Promise<'stop' | 'orphaned'>((resolve) => {
    const duties: Duties = {
      serve(order) {
        const begun = begin(order)
        if ('problem' in begun) return begun
        work = begun
        return {}
      },
      connection: (_, socket) => take(socket, work),
      reload: async ({ config }) => reload(decodeConfig(config), work),
      report: () => work?.front.report() ?? emptyReport,
      routes: () => work?.front.routes.map(routeLine) ?? [],
      stop() {
        resolve('stop')
        return null
      },
    }
    process.on('message', (order: Order, socket: Socket | undefined) => void obey(duties, order, socket))
    process.once('disconnect', () => resolve('orphaned'))
  })
  await told
  // A supervisor that goes away now was told twice: that means at once.
  process.once('disconnect', () => process.exit(1))
  await work?.front.stop()
  await work?.log.close()
  return 0
}

type Work = { readonly front: Front; readonly log: ProcessLogger; readonly number: number; limit: number }

const emptyReport = { connections: 0, openStreams: { eventStreams: 0, webSockets: 0 }, issuers: {} }

async function obey<K extends Kind>(
  duties: Duties,
  { id, kind, with: order }: Order<K>,
  socket: Socket | undefined,
): Promise<void> {
  const value: Answers[K] = await duties[kind](order, socket)
  // Nobody is there to hear it when this fails.
  process.send?.({ id, value }, undefined, undefined, () => {})
}

function begin({ number, port, config: text, ticketKeys }: Orders['serve']): Work | Required<Outcome> {
  process.title = `scopegate worker ${number}`
  const config = shareOf(decodeConfig(text), number)
  const log = createLogger({ ...config.log, format: 'json', worker: number })
  try {
    const front = createFront({ config, log, port: () => port })
    // The listener was made by createHttpsServer, since `tls` is configured.
    if (config.tls) (front.server as HttpsServer).setTicketKeys(Buffer.from(ticketKeys, 'base64'))
    // It is handed its connections. With this event Node starts to look for heads that are too slow.
    front.server.emit('listening')
    return { front, log, number, limit: config.limits.connections }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}

/** The answer is given before anything is read: until then the connection can go to another worker. */
function take(socket: Socket | undefined, work: Work | undefined): Answers['connection'] {
  const open = work?.front.connections.size ?? 0
  // It was reset on its way.
  if (socket === undefined) return { taken: true, open }
  if (work === undefined || work.front.stopping || open >= work.limit) {
    socket.destroy()
    return { taken: false, open }
  }
  // As Node's HTTP server does with what it accepts itself.
  socket.allowHalfOpen = true
  socket.setNoDelay(true)
  work.front.server.emit('connection', socket)
  return { taken: true, open: open + 1 }
}

async function reload(whole: Config, work: Work | undefined): Promise<Outcome> {
  if (work === undefined) return { problem: 'the worker does not serve yet' }
  const config = shareOf(whole, work.number)
  try {
    await work.front.reload(config)
    work.log.setLevel(config.log.level)
    work.limit = config.limits.connections
    return {}
  } catch (error) {
    return { problem: messageOf(error) }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown'
}
