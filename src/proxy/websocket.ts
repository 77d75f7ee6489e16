import type { Duplex } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Code } from '../errors.ts'
import { headText } from '../http/response-head.ts'
import { faultDetails, upstreamCode } from '../upstream/fault.ts'
import { Passage } from './attempt.ts'
import type { Exchange, Refuse } from './exchange.ts'
import { acceptsHandshake } from './handshake.ts'
import { streamEnds } from './open-streams.ts'
import { answerHead } from './response-head.ts'

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
  new Tunnel(exchange, upgrade, refuse).start()
}

class Tunnel extends Passage {
  readonly #upgrade: Upgrade

  constructor(exchange: Exchange, upgrade: Upgrade, refuse: Refuse) {
    super(exchange, refuse)
    this.#upgrade = upgrade
    upgrade.socket.once('close', () => this.#end())
  }

  start(): void {
    if (this.#upgrade.socket.destroyed) return this.#end()
    if (!this.enter()) this.refuse('upstream_busy', 'Too many requests wait for this upstream')
  }

  protected override request(): Dispatcher.DispatchOptions {
    const { target, headers } = this.exchange
    return { path: target, method: 'GET', headers, upgrade: 'websocket' }
  }

  protected override onLate(): void {
    this.#fail('upstream_timeout', 'The upstream did not answer the WebSocket handshake in time')
  }

  /** From here on the tunnel is a stream: it takes no connection of the origin, and has no answer to wait for. */
  onUpgrade(status: number, raw: readonly Buffer[], remote: Duplex): void {
    this.landed()
    remote.on('error', () => remote.destroy())
    if (!this.over && acceptsHandshake(status, raw, this.exchange.head.headers))
      return this.#join(raw, remote)
    remote.destroy()
    this.#fail('upstream_protocol', 'The upstream did not answer the WebSocket handshake as it must')
  }

  /** Anything but 101: an ordinary answer, after which the connection is of no more use. */
  onHeaders(status: number, raw: readonly Buffer[], resume: () => void): boolean {
    if (this.over || status < 200) return true
    const { plan, corsHeaders } = this.exchange
    const { socket } = this.#upgrade
    this.origin?.succeeded()
    this.answered(status)
    this.#resume = resume
    const { headers } = answerHead(raw, plan.answer, corsHeaders)
    socket.write(headText(status, [...headers, 'Connection', 'close']), 'latin1')
    this.arm(plan.timeouts.idleMs, () => this.#end())
    return true
  }

  #resume: (() => void) | undefined

  onData(chunk: Buffer): boolean {
    if (this.over) return true
    const { socket } = this.#upgrade
    this.exchange.record.bytesOut += chunk.length
    this.refresh()
    if (socket.write(chunk)) return true
    socket.once('drain', () => this.#resume?.())
    return false
  }

  onComplete(): void {
    this.landed()
    this.#upgrade.socket.end()
    this.#end()
  }

  onError(error: Error): void {
    this.landed()
    if (this.over) return
    const code = upstreamCode(error)
    if (this.exchange.record.status === 0) {
      if (code === 'upstream_unreachable') this.origin?.failed()
      return this.refuse(code, faultDetails[code])
    }
    this.exchange.record.code = code
    this.#upgrade.socket.destroy()
  }

  #join(raw: readonly Buffer[], remote: Duplex): void {
    const { plan, corsHeaders, record } = this.exchange
    const { socket, early } = this.#upgrade
    this.origin?.succeeded()
    this.answered(101)
    const { headers } = answerHead(raw, plan.answer, corsHeaders)
    socket.write(headText(101, [...headers, 'Connection', 'Upgrade', 'Upgrade', 'websocket']), 'latin1')
    if (early.length > 0) socket.unshift(early)
    this.openStream('websocket', (why) => {
      record.detail = streamEnds[why]
      remote.destroy()
      socket.destroy()
    })
    if (this.over) return
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
      if (!this.over) this.refresh()
    })
    from.pipe(to)
    from.once('close', () => to.destroy())
  }

  #fail(code: Code, detail: string): void {
    if (!this.over) this.refuse(code, detail)
  }

  #end(): void {
    if (this.over) return
    this.finish()
    this.abort('the tunnel has ended')
    this.#upgrade.done()
  }
}
