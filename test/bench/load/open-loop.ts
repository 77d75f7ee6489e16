import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { percentile } from '../statistics.ts'

/**
 * Requests at a constant pace, whatever becomes of the ones before: a slow answer delays nothing and hides nothing, and its
 * latency counts from the moment it was due. Waits by asking again and again, since timers know only milliseconds: run it at
 * the lowest priority (SCHED_IDLE), so that it takes nothing from the upstream beside it.
 */
export type Stream = {
  readonly name: string
  readonly perSecond: number
  readonly paths: readonly string[]
  readonly tokensFile?: string
  /** Where in the file to begin. */
  readonly skip?: number
}

export type OpenLoad = {
  readonly port: number
  readonly streams: readonly Stream[]
  readonly warmUpSeconds: number
  readonly seconds: number
}

/** Of one stream. Latencies are of 200 answers alone. */
export type StreamResult = {
  readonly name: string
  readonly sent: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly statuses: Readonly<Record<string, number>>
  /** How long after its time a request was sent at the worst, for lack of CPU here. */
  readonly latestMs: number
}

type Lane = { next(nowMs: number): void; result(): StreamResult; measure(): void }

const mostConnections = 4000
const startedAt = new WeakMap<Socket, number>()

if (process.argv[2] !== undefined) run(JSON.parse(process.argv[2]) as OpenLoad) // Written by run-open-loop.ts.

function run({ port, streams, warmUpSeconds, seconds }: OpenLoad): void {
  const lanes = streams.map((stream) => createLane(stream, port))
  const measureAt = performance.now() + warmUpSeconds * 1000
  const endAt = measureAt + seconds * 1000
  let measuring = false
  const look = () => {
    const now = performance.now()
    if (!measuring && now >= measureAt) {
      measuring = true
      for (const lane of lanes) lane.measure()
    }
    if (now >= endAt) return void setTimeout(() => end(lanes), 300)
    for (const lane of lanes) lane.next(now)
    setImmediate(look)
  }
  look()
}

function end(lanes: readonly Lane[]): void {
  process.stdout.write(JSON.stringify(lanes.map((lane) => lane.result())), () => process.exit())
}

function createLane(stream: Stream, port: number): Lane {
  const requests = requestsOf(stream)
  const idle: Socket[] = []
  const waitingSince: number[] = []
  const latencies: number[] = []
  const statuses: Record<string, number> = {}
  const gapMs = 1000 / stream.perSecond
  let dueMs = performance.now() + gapMs
  let turn = 0
  let sent = 0
  let open = 0
  let measuredFrom = Number.POSITIVE_INFINITY
  let latestMs = 0

  const count = (status: string, since: number) => {
    if (since < measuredFrom) return
    statuses[status] = (statuses[status] ?? 0) + 1
    if (status === '200') latencies.push(performance.now() - since)
  }
  const send = (socket: Socket, since: number) => {
    startedAt.set(socket, since)
    socket.write(requests[turn % requests.length] ?? '')
    turn += 1
    if (since >= measuredFrom) sent += 1
  }
  const release = (socket: Socket) => {
    const since = waitingSince.shift()
    if (since === undefined) idle.push(socket)
    else send(socket, since)
  }
  const openConnection = () => {
    open += 1
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    readAnswers(socket, (status, keepsAlive) => {
      count(status, startedAt.get(socket) ?? 0)
      startedAt.delete(socket)
      if (keepsAlive) release(socket)
      else socket.end()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      open -= 1
      const since = startedAt.get(socket)
      if (since !== undefined) count('broken', since)
      const index = idle.indexOf(socket)
      if (index !== -1) idle.splice(index, 1)
    })
    return socket
  }
  return {
    next(nowMs) {
      if (dueMs >= measuredFrom) latestMs = Math.max(latestMs, nowMs - dueMs)
      for (; dueMs <= nowMs; dueMs += gapMs) {
        const socket = idle.pop() ?? (open < mostConnections ? openConnection() : undefined)
        if (socket === undefined) waitingSince.push(dueMs)
        else send(socket, dueMs)
      }
    },
    measure() {
      measuredFrom = performance.now()
    },
    result() {
      const sorted = Float64Array.from(latencies).sort()
      const missing = sent - Object.values(statuses).reduce((total, n) => total + n, 0)
      const all = missing > 0 ? { ...statuses, unanswered: missing } : statuses
      return {
        name: stream.name,
        sent,
        p50Ms: percentile(sorted, 0.5),
        p99Ms: percentile(sorted, 0.99),
        statuses: all,
        latestMs,
      }
    },
  }
}

function requestsOf({ paths, tokensFile, skip = 0 }: Stream): Buffer[] {
  const tokens = tokensFile === undefined ? [''] : readFileSync(tokensFile, 'latin1').split('\n').slice(skip)
  const count = Math.max(tokens.length, paths.length)
  return Array.from({ length: count }, (_, i) => {
    const token = tokens[i % tokens.length]
    const credentials = token === '' ? '' : `Authorization: Bearer ${token}\r\n`
    return Buffer.from(
      `GET ${paths[i % paths.length]} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n${credentials}\r\n`,
    )
  })
}

/** One request is out at a time on a socket. Answers have a Content-Length. */
function readAnswers(socket: Socket, take: (status: string, keepsAlive: boolean) => void): void {
  let rest = ''
  socket.on('data', (chunk) => {
    rest += chunk.toString('latin1')
    const headEnd = rest.indexOf('\r\n\r\n')
    if (headEnd === -1) return
    const head = rest.slice(0, headEnd)
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
    if (rest.length < headEnd + 4 + length) return
    rest = ''
    take(head.slice(9, 12), !/\r\nconnection: *close/i.test(head))
  })
}
