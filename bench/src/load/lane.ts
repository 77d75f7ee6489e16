import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { percentile, sum } from '../statistics.ts'
import type { Stream, StreamResult } from './measured.ts'

/** One stream of requests and what became of them. */
export type Lane = {
  /** Sends what is due. */
  next(nowMs: number): void
  /** From now on it counts. */
  measure(): void
  result(): StreamResult
}

/**
 * More than the requests that the gateway lets wait for a verification, so that a flood of new tokens finds
 * no room. Beyond that they wait here, and from the moment they were due either way.
 */
const mostConnections = 2000

export function createLane(stream: Stream, port: number): Lane {
  const tally = createTally()
  const requests = requestsOf(stream)
  const idle: Connection[] = []
  const waitingSince: number[] = []
  const gapMs = 1000 / stream.perSecond
  let dueMs = performance.now() + gapMs
  let turn = 0
  let open = 0

  function send(connection: Connection, since: number): void {
    tally.sent(since)
    connection.since = since
    connection.socket.write(requests[turn % requests.length] ?? '')
    turn += 1
  }

  function openConnection(): Connection {
    open += 1
    const connection = connectTo(port, (status, keepsAlive) => {
      tally.answered(status, connection.since)
      connection.since = Number.NaN
      if (!keepsAlive) return void connection.socket.end()
      const since = waitingSince.shift()
      if (since === undefined) idle.push(connection)
      else send(connection, since)
    })
    connection.socket.on('close', () => {
      open -= 1
      if (!Number.isNaN(connection.since)) tally.answered('broken', connection.since)
      const index = idle.indexOf(connection)
      if (index !== -1) idle.splice(index, 1)
      const since = waitingSince.shift()
      if (since !== undefined) send(openConnection(), since)
    })
    return connection
  }

  return {
    next(nowMs) {
      tally.late(dueMs, nowMs)
      for (; dueMs <= nowMs; dueMs += gapMs) {
        const connection = idle.pop() ?? (open < mostConnections ? openConnection() : undefined)
        if (connection === undefined) waitingSince.push(dueMs)
        else send(connection, dueMs)
      }
    },
    measure: () => tally.begin(),
    result: () => ({ name: stream.name, ...tally.result(waitingSince) }),
  }
}

/** Counts what was due since `begin`. */
function createTally() {
  const latencies: number[] = []
  const statuses: Record<string, number> = {}
  let from = Number.POSITIVE_INFINITY
  let sent = 0
  let latestMs = 0
  return {
    begin() {
      from = performance.now()
    },
    sent(since: number) {
      if (since >= from) sent += 1
    },
    late(dueMs: number, nowMs: number) {
      if (dueMs >= from) latestMs = Math.max(latestMs, nowMs - dueMs)
    },
    answered(status: string, since: number) {
      if (since < from) return
      statuses[status] = (statuses[status] ?? 0) + 1
      if (status === '200') latencies.push(performance.now() - since)
    },
    result(waitingSince: readonly number[]) {
      const sorted = Float64Array.from(latencies).sort()
      const all = sent + waitingSince.filter((since) => since >= from).length
      const unanswered = all - sum(Object.values(statuses))
      return {
        sent: all,
        p50Ms: percentile(sorted, 0.5),
        p99Ms: percentile(sorted, 0.99),
        statuses: unanswered > 0 ? { ...statuses, unanswered } : statuses,
        latestMs,
      }
    },
  }
}

/** `since`: when the request that is out was due; NaN while none is. */
type Connection = { readonly socket: Socket; since: number }

/**
 * One request is out at a time. Answers have a Content-Length. Read without a stream's machinery: a third
 * less CPU.
 */
function connectTo(port: number, take: (status: string, keepsAlive: boolean) => void): Connection {
  let rest = ''
  const read = (bytes: number, buffer: Uint8Array) => {
    rest += (buffer as Buffer).toString('latin1', 0, bytes) // The one given below.
    const headEnd = rest.indexOf('\r\n\r\n')
    if (headEnd === -1) return true
    const head = rest.slice(0, headEnd)
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
    if (rest.length < headEnd + 4 + length) return true
    rest = ''
    take(head.slice(9, 12), !/\r\nconnection: *close/i.test(head))
    return true
  }
  const onread = { buffer: Buffer.allocUnsafe(65_536), callback: read }
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread })
  socket.on('error', () => {})
  return { socket, since: Number.NaN }
}

function requestsOf({ paths, tokensFile }: Stream): Buffer[] {
  const tokens = tokensFile === undefined ? [''] : readFileSync(tokensFile, 'latin1').split('\n')
  const count = Math.max(tokens.length, paths.length)
  return Array.from({ length: count }, (_, i) => {
    const token = tokens[i % tokens.length]
    const credentials = token === '' ? '' : `Authorization: Bearer ${token}\r\n`
    return Buffer.from(
      `GET ${paths[i % paths.length]} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n${credentials}\r\n`,
    )
  })
}
