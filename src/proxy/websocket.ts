import { createHash } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Code } from '../errors.ts'
import { answerHead } from './answer.ts'
import { upstreamCode } from './fault.ts'
import type { Exchange } from './http.ts'
import type { OpenStream } from './open-streams.ts'
import type { Origin } from './upstream.ts'

/** What an upgrade has beside an exchange's members: the client's socket and what arrived behind the head. */
export type Upgrade = Omit<Exchange, 'response'> & {
  readonly socket: Duplex
  readonly head0: Buffer
  /** Called once, when the tunnel or the refusal is over: time to write the log line. */
  readonly done: () => void
}

/**
 * One upgrade: the handshake over undici, then two sockets joined. 101 needs `Upgrade: websocket` and the right
 * Sec-WebSocket-Accept, else 502; any other answer of the upstream is relayed and the connection closed (RFC 6455 section 4).
 */
export function tunnel(upgrade: Upgrade): void {
  new Tunnel(upgrade).start()
}

class Tunnel implements Dispatcher.DispatchHandler {
  readonly #upgrade: Upgrade
  readonly #startedMs = performance.now()
  #origin: Origin | undefined
  #controller: Dispatcher.DispatchController | undefined
  #timer: NodeJS.Timeout | undefined
  #stream: OpenStream | undefined
  #over = false

  constructor(upgrade: Upgrade) {
    this.#upgrade = upgrade
    upgrade.socket.on('error', () => upgrade.socket.destroy())
    upgrade.socket.once('close', () => this.#end('client_closed'))
  }

  start(): void {
    const { plan, target, headers } = this.#upgrade
    this.#origin = plan.upstream.pick()
    if (this.#origin === undefined)
      return this.#refuse('upstream_busy', 'Too many requests wait for this upstream')
    this.#timer = setTimeout(
      () => this.#refuse('upstream_timeout', 'The upstream did not answer the WebSocket handshake in time'),
      plan.timeouts.responseMs,
    )
    this.#origin.enter()
    const request = { path: target, method: 'GET' as const, headers: [...headers, 'Via', '1.1 scopegate'] }
    try {
      this.#origin.dispatch({ ...request, upgrade: 'websocket' }, this)
    } catch {
      this.#refuse('upstream_unreachable', 'The WebSocket handshake could not be sent')
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#over) controller.abort(new Error('the client has left'))
  }

  onRequestUpgrade(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    remote: Duplex,
  ): void {
    const raw = (controller.rawHeaders ?? []) as readonly Buffer[]
    remote.on('error', () => remote.destroy())
    if (this.#over || !accepts(status, raw, this.#upgrade.head.headers)) {
      remote.destroy()
      return this.#refuse(
        'upstream_protocol',
        'The upstream did not answer the WebSocket handshake as it must',
      )
    }
    this.#join(raw, remote)
  }

  /** Anything but 101: an ordinary answer, after which the connection is of no more use. */
  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (this.#over || status < 200) return
    const { socket, plan, corsHeaders, record } = this.#upgrade
    record.status = status
    record.upstreamMs = performance.now() - this.#startedMs
    const raw = (controller.rawHeaders ?? []) as readonly Buffer[]
    socket.write(
      head(status, [...answerHead(raw, plan.answer, corsHeaders).headers, 'Connection', 'close']),
      'latin1',
    )
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const { socket, record } = this.#upgrade
    record.bytesOut += chunk.length
    if (socket.write(chunk)) return
    controller.pause()
    socket.once('drain', () => controller.resume())
  }

  onResponseEnd(): void {
    this.#upgrade.socket.end()
    this.#end(undefined)
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.#upgrade.record.status !== 0) return this.#end('upstream_protocol')
    this.#refuse(upstreamCode(error), 'The upstream could not be asked for a WebSocket; check that it runs')
  }

  #join(raw: readonly Buffer[], remote: Duplex): void {
    const { socket, head0, plan, corsHeaders, record } = this.#upgrade
    record.status = 101
    record.upstreamMs = performance.now() - this.#startedMs
    const { headers } = answerHead(raw, plan.answer, corsHeaders)
    socket.write(head(101, [...headers, 'Connection', 'Upgrade', 'Upgrade', 'websocket']), 'latin1')
    this.#openStream(remote)
    if (head0.length > 0) this.#upgrade.socket.unshift(head0)
    const watch = (from: Duplex, to: Duplex, count: (bytes: number) => void) => {
      from.on('data', (chunk: Buffer) => {
        count(chunk.length)
        this.#timer?.refresh()
      })
      from.pipe(to)
      from.once('close', () => to.destroy())
    }
    watch(socket, remote, (bytes) => {
      record.bytesIn += bytes
    })
    watch(remote, socket, (bytes) => {
      record.bytesOut += bytes
    })
  }

  #openStream(remote: Duplex): void {
    const { socket, plan, streams, expiresAtMs, stillAllowed } = this.#upgrade
    const end = () => {
      remote.destroy()
      socket.destroy()
    }
    clearTimeout(this.#timer)
    this.#timer = setTimeout(end, plan.timeouts.streamMs)
    this.#stream = { kind: 'websocket', expiresAtMs, stillAllowed, end }
    streams.add(this.#stream)
  }

  #refuse(code: Code, detail: string): void {
    if (this.#over) return
    this.#finish()
    this.#upgrade.refuse(code, detail)
    this.#controller?.abort(new Error(detail))
  }

  #end(code: Code | undefined): void {
    if (this.#over) return
    const { record, socket, done } = this.#upgrade
    if (record.status === 0) {
      record.status = 499
      record.code = code
    }
    this.#finish()
    this.#controller?.abort(new Error('the tunnel has ended'))
    if (code !== undefined) socket.destroy()
    done()
  }

  #finish(): void {
    this.#over = true
    clearTimeout(this.#timer)
    this.#origin?.leave()
    if (this.#stream !== undefined) this.#upgrade.streams.remove(this.#stream)
  }
}

function head(status: number, headers: readonly string[]): string {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`
  for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`
  return `${text}\r\n`
}

/** RFC 6455 section 4.2.2: proof that the upstream read this very handshake. */
function accepts(status: number, raw: readonly Buffer[], request: readonly string[]): boolean {
  const key = fieldValue(request, 'sec-websocket-key') ?? ''
  const proof = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  const upgrade = fieldValue(raw, 'upgrade')?.toLowerCase()
  return status === 101 && upgrade === 'websocket' && fieldValue(raw, 'sec-websocket-accept') === proof
}

function fieldValue(list: readonly (Buffer | string)[], lowerCaseName: string): string | undefined {
  for (let i = 0; i < list.length; i += 2) {
    if (String(list[i]).toLowerCase() === lowerCaseName) return String(list[i + 1]).trim()
  }
  return undefined
}
