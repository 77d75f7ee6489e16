import { createServer, type Server, type Socket } from 'node:net'
import type { Logger } from '../log/logger.ts'
import { createTurnedAwayNote } from '../server/connections.ts'
import type { ConnectionReply } from './messages.ts'

/** A worker, as the one who can be given connections. */
export type Recipient = {
  /** Resolves to undefined when the worker ended before it had taken the connection. */
  take(socket: Socket): Promise<ConnectionReply | undefined>
  /** How many connections it had open when it was last heard of. */
  open: number
}

/**
 * The listener of the public port. The supervisor holds it, so that connections wait while workers are
 * started again. Each connection goes to the worker with the fewest.
 */
export type PublicPort = {
  readonly listener: Server
  add(recipient: Recipient): void
  remove(recipient: Recipient): void
  setLimits(limits: PublicPortLimits): void
  /** Stops listening, and closes the connections that still wait for a worker. */
  close(): void
}

export type PublicPortLimits = {
  /** Connections of clients to all workers together. */
  readonly connections: number
  /** How long a connection may wait for a worker. */
  readonly waitMs: number
}

type WaitingConnection = {
  readonly socket: Socket
  readonly sinceMs: number
  readonly refusedBy: Set<Recipient>
}

/** Everything that a public port knows. */
type State = {
  limits: PublicPortLimits
  /** For each worker, how many connections it has been given and has not yet confirmed. */
  readonly recipients: Map<Recipient, number>
  waiting: WaitingConnection[]
  readonly logTurnedAway: (limit: number) => void
}

const lookForLateEveryMs = 1000

/**
 * How many connections a worker may have been given without confirming them, so that one that is stuck gets
 * no more. With one at a time, of 64 connections that come together a worker with a slow start gets only a
 * third.
 */
const mostUnconfirmed = 8

export function createPublicPort(log: Logger, limits: PublicPortLimits): PublicPort {
  const state: State = {
    limits,
    recipients: new Map(),
    waiting: [],
    logTurnedAway: createTurnedAwayNote(log),
  }
  const listener = createPortListener(state)
  const lateTimer = setInterval(() => closeLate(state), lookForLateEveryMs).unref()
  return {
    listener,
    add(recipient) {
      state.recipients.set(recipient, 0)
      assignWaiting(state)
    },
    remove(recipient) {
      state.recipients.delete(recipient)
      assignWaiting(state)
    },
    setLimits(next) {
      state.limits = next
      listener.maxConnections = next.connections
    },
    close() {
      clearInterval(lateTimer)
      listener.close()
      for (const { socket } of state.waiting) socket.destroy()
      state.waiting = []
    },
  }
}

/** Nothing is read here from any connection, half-closed ones included: that is left to the worker. */
function createPortListener(state: State): Server {
  const listener = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    // The client may reset the connection while it waits.
    socket.on('error', () => {})
    state.waiting.push({ socket, sinceMs: performance.now(), refusedBy: new Set() })
    assignWaiting(state)
  })
  listener.on('drop', () => state.logTurnedAway(state.limits.connections))
  listener.maxConnections = state.limits.connections
  return listener
}

/** Gives away connections in the order in which they came, until there is no worker for the first one. */
function assignWaiting(state: State): void {
  for (let first = state.waiting[0]; first !== undefined; first = state.waiting[0]) {
    const recipient = chooseRecipient(state, first)
    if (recipient === 'none yet') return
    state.waiting.shift()
    if (recipient === 'all refused') turnAway(state, first)
    else void give(state, first, recipient)
  }
}

function chooseRecipient(
  { recipients }: State,
  { refusedBy }: WaitingConnection,
): Recipient | 'none yet' | 'all refused' {
  let chosen: Recipient | undefined
  let fewest = Number.POSITIVE_INFINITY
  let refused = 0
  for (const [recipient, unconfirmed] of recipients) {
    const connections = recipient.open + unconfirmed
    if (refusedBy.has(recipient)) refused += 1
    else if (unconfirmed < mostUnconfirmed && connections < fewest) {
      chosen = recipient
      fewest = connections
    }
  }
  if (chosen !== undefined) return chosen
  return refused > 0 && refused === recipients.size ? 'all refused' : 'none yet'
}

async function give(state: State, connection: WaitingConnection, recipient: Recipient): Promise<void> {
  const { recipients } = state
  const unconfirmed = recipients.get(recipient) ?? 0
  // It becomes the last in the map, so that among workers with equally many connections the next turn is
  // another's.
  recipients.delete(recipient)
  recipients.set(recipient, unconfirmed + 1)
  const reply = await recipient.take(connection.socket)
  const unconfirmedNow = recipients.get(recipient)
  if (unconfirmedNow !== undefined) recipients.set(recipient, unconfirmedNow - 1)
  if (reply !== undefined) recipient.open = reply.open
  // This closes the supervisor's handle of the connection only: the worker has one of its own.
  if (reply?.taken) connection.socket.destroy()
  else waitAgain(state, connection, recipient)
  assignWaiting(state)
}

/** First in the line again, for any worker but the one that refused. */
function waitAgain(state: State, connection: WaitingConnection, refusedBy: Recipient): void {
  connection.refusedBy.add(refusedBy)
  state.waiting.unshift(connection)
}

function turnAway(state: State, { socket }: WaitingConnection): void {
  state.logTurnedAway(state.limits.connections)
  socket.destroy()
}

/** Nothing is read from connections that wait, so nobody would notice that a client has left. */
function closeLate({ waiting, limits }: State): void {
  const beforeMs = performance.now() - limits.waitMs
  while (waiting[0] !== undefined && waiting[0].sinceMs < beforeMs) waiting.shift()?.socket.destroy()
}
