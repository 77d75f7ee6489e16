import type { Duplex } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Code } from '../errors.ts'
import { headText } from '../http/response-head.ts'
import { answerHead } from './answer.ts'
import type { Exchange, Refuse } from './exchange.ts'
import { faultDetails, upstreamCode } from './fault.ts'
import { acceptsHandshake } from './handshake.ts'
import { type OpenStream, type StreamEnd, streamEnds } from './open-streams.ts'
import type { Origin } from './upstream.ts'

/** What an upgrade has beside an exchange's members: the client's socket and what arrived behind the head. */
export type Upgrade = {
  readonly socket: Duplex
  readonly early: Buffer
  /** Called once, when the tunnel is over without a refusal: time to write the log line. */
  readonly done: () => void
}

/**
 * One upgrade: the handshake over undici, then two sockets joined. 101 needs `Upgrade: websocket` and the right
 * Sec-WebSocket-Accept, else 502; any other answer of the upstream is relayed and the connection closed (RFC 6455 section 4).
 */
export function tunnel(exchange: Exchange, upgrade: Upgrade, refuse: Refuse): void {
  new Tunnel({ ...exchange, ...upgrade, refuse }).start()
}

class Tunnel implements Dispatcher.DispatchHandler {
  readonly #upgrade: Exchange & Upgrade & { readonly refuse: Refuse }
  readonly #startedMs = performance.now()
  #origin: Origin | undefined
  #controller: Dispatcher.DispatchController | undefined
  #timer: NodeJS.Timeout | undefined
  #stream: OpenStream | undefined
  #over = false

  constructor(upgrade: Exchange & Upgrade & { readonly refuse: Refuse }) {
    this.#upgrade = upgrade
    upgrade.socket.once('close', () => this.#end())
  }

  start(): void {
    const { plan, target, headers, socket } = this.#upgrade
    if (socket.destroyed) return this.#end()
    this.#origin = plan.upstream.pick()
    if (this.#origin === undefined)
      return this.#refuse('upstream_busy', 'Too many requests wait for this upstream')
    this.#timer = setTimeout(
      () => this.#refuse('upstream_timeout', 'The upstream did not answer the WebSocket handshake in time'),
      plan.timeouts.responseMs,
    )
    this.#origin.enter()
    try {
      this.#origin.dispatch({ path: target, method: 'GET', headers, upgrade: 'websocket' }, this)
    } catch {
      this.#refuse('upstream_protocol', 'The WebSocket handshake cannot be sent to the upstream as it is')
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#over) throw new Error('the client has left')
    this.#controller = controller
  }

  onRequestUpgrade(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    remote: Duplex,
  ): void {
    const raw = (controller.rawHeaders ?? []) as readonly Buffer[]
    remote.on('error', () => remote.destroy())
    if (!this.#over && acceptsHandshake(status, raw, this.#upgrade.head.headers))
      return this.#join(raw, remote)
    remote.destroy()
    this.#refuse('upstream_protocol', 'The upstream did not answer the WebSocket handshake as it must')
  }

  /** Anything but 101: an ordinary answer, after which the connection is of no more use. */
  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (this.#over || status < 200) return
    const { socket, plan, corsHeaders, record } = this.#upgrade
    this.#origin?.succeeded()
    this.#answered(status)
    const raw = (controller.rawHeaders ?? []) as readonly Buffer[]
    const { headers } = answerHead(raw, plan.answer, corsHeaders)
    socket.write(headText(record.status, [...headers, 'Connection', 'close']), 'latin1')
    this.#arm(plan.timeouts.idleMs, () => this.#end())
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over) return
    const { socket, record } = this.#upgrade
    record.bytesOut += chunk.length
    this.#timer?.refresh()
    if (socket.write(chunk)) return
    controller.pause()
    socket.once('drain', () => controller.resume())
  }

  onResponseEnd(): void {
    this.#upgrade.socket.end()
    this.#end()
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.#over) return
    const code = upstreamCode(error)
    if (this.#upgrade.record.status === 0) {
      if (code === 'upstream_unreachable') this.#origin?.failed()
      return this.#refuse(code, faultDetails[code])
    }
    this.#upgrade.record.code = code
    this.#upgrade.socket.destroy()
  }

  #join(raw: readonly Buffer[], remote: Duplex): void {
    const { socket, early, plan, corsHeaders, record } = this.#upgrade
    this.#origin?.succeeded()
    this.#answered(101)
    const { headers } = answerHead(raw, plan.answer, corsHeaders)
    socket.write(headText(101, [...headers, 'Connection', 'Upgrade', 'Upgrade', 'websocket']), 'latin1')
    if (early.length > 0) socket.unshift(early)
    this.#openStream(remote)
    if (this.#over) return
    this.#pass(socket, remote, (bytes) => {
      record.bytesIn += bytes
    })
    this.#pass(remote, socket, (bytes) => {
      record.bytesOut += bytes
    })
  }

  #pass(from: Duplex, to: Duplex, count: (bytes: number) => void): void {
    from.on('data', (chunk: Buffer) => {
      count(chunk.length)
      if (!this.#over) this.#timer?.refresh()
    })
    from.pipe(to)
    from.once('close', () => to.destroy())
  }

  /** From here on the tunnel is a stream: it takes no place in the upstream's queue, and has no answer to wait for. */
  #openStream(remote: Duplex): void {
    const { socket, plan, streams, expiresAtMs, stillAllowed, isStale, record } = this.#upgrade
    const end = (why: StreamEnd) => {
      record.detail = streamEnds[why]
      remote.destroy()
      socket.destroy()
    }
    this.#origin?.leave()
    this.#origin = undefined
    this.#controller = undefined
    this.#arm(plan.timeouts.streamMs, () => end('silent'))
    this.#stream = { kind: 'websocket', expiresAtMs, stillAllowed, isStale, end }
    streams.add(this.#stream)
  }

  #answered(status: number): void {
    this.#upgrade.record.status = status
    this.#upgrade.record.upstreamMs = performance.now() - this.#startedMs
  }

  #arm(delayMs: number, then: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(then, delayMs)
  }

  #refuse(code: Code, detail: string): void {
    if (this.#over) return
    this.#finish()
    this.#upgrade.refuse(code, detail)
    this.#controller?.abort(new Error(detail))
  }

  #end(): void {
    if (this.#over) return
    this.#finish()
    this.#controller?.abort(new Error('the tunnel has ended'))
    this.#upgrade.done()
  }

  #finish(): void {
    this.#over = true
    clearTimeout(this.#timer)
    this.#origin?.leave()
    if (this.#stream !== undefined) this.#upgrade.streams.remove(this.#stream)
  }
}
