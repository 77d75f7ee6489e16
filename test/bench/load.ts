import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'

/** One load: keep-alive connections that each send the next request when the last is answered in full. */
export type LoadOptions = {
  readonly port: number
  readonly path: string
  /** One token a line, used in turn. */
  readonly tokensFile: string
  readonly connections: number
  /** Before the measuring, in milliseconds. */
  readonly warmUpMs: number
  /** The measuring ends after so many milliseconds, or so many requests, whichever comes first. */
  readonly forMs: number
  readonly requests: number
}

export type LoadMessage =
  | { readonly kind: 'measuring' }
  | { readonly kind: 'progress'; readonly requests: number }
  | { readonly kind: 'done'; readonly requests: number; readonly seconds: number }
  /** Another status than 200, a cut or odd answer: there is no figure then. */
  | { readonly kind: 'failed'; readonly problem: string }

const options = JSON.parse(process.argv[2] ?? '') as LoadOptions // Written by main.ts.
const requests = readFileSync(options.tokensFile, 'latin1')
  .split('\n')
  .map((token) => Buffer.from(requestWith(token)))
let sent = 0
let answered = 0
let measuredFrom = 0
let answeredBefore = 0
let over = false

function requestWith(token: string): string {
  return `GET ${options.path} HTTP/1.1\r\nHost: api.example.com\r\nAccept: */*\r\nAuthorization: Bearer ${token}\r\n\r\n`
}

function tell(message: LoadMessage): void {
  process.send?.(message)
}

function end(message: LoadMessage): void {
  if (over) return
  over = true
  process.send?.(message, () => process.exit())
}

function run(socket: Socket): void {
  let rest: Buffer | undefined
  const next = () => {
    const request = requests[sent % requests.length]
    sent += 1
    if (request !== undefined) socket.write(request)
  }
  socket.on('connect', next)
  socket.on('data', (chunk) => {
    const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk])
    const length = answerLength(bytes)
    if (length === undefined || bytes.length < length) {
      rest = bytes
      return
    }
    if (bytes.length > length) return end({ kind: 'failed', problem: 'more came than was asked for' })
    rest = undefined
    answered += 1
    if (measuredFrom > 0 && answered - answeredBefore >= options.requests) return finish()
    next()
  })
  socket.on('error', (error) => end({ kind: 'failed', problem: error.message }))
  socket.on('close', () => end({ kind: 'failed', problem: 'a connection was closed' }))
}

/** Bytes of the answer at the start of `bytes`; undefined while its head is incomplete. Every status is looked at. */
function answerLength(bytes: Buffer): number | undefined {
  const endOfHead = bytes.indexOf('\r\n\r\n')
  if (endOfHead === -1) return undefined
  const head = bytes.toString('latin1', 0, endOfHead)
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (!head.startsWith('HTTP/1.1 200') || length === undefined) {
    end({ kind: 'failed', problem: head.split('\r\n')[0] ?? '' })
    return undefined
  }
  return endOfHead + 4 + Number(length)
}

function measure(): void {
  answeredBefore = answered
  measuredFrom = performance.now()
  tell({ kind: 'measuring' })
  setTimeout(finish, options.forMs)
  setInterval(() => tell({ kind: 'progress', requests: answered - answeredBefore }), 1000)
}

function finish(): void {
  const seconds = (performance.now() - measuredFrom) / 1000
  end({ kind: 'done', requests: answered - answeredBefore, seconds })
}

for (let i = 0; i < options.connections; i += 1) {
  run(connect({ port: options.port, host: '127.0.0.1', noDelay: true }))
}
setTimeout(measure, options.warmUpMs)
