import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Code } from '../errors.ts'
import { lingerOn } from '../http/linger.ts'
import { headText } from '../http/send.ts'
import type { Connection } from '../upstream/connection.ts'
import { faultCause, faultDetail, upstreamCode } from '../upstream/fault.ts'
import type { UpstreamRequest } from '../upstream/undici-client.ts'
import { Attempt, type Attempting } from './attempt.ts'
import type { Exchange, Refuse } from './exchange.ts'
import { acceptsHandshake } from './handshake.ts'
import { Lifetime, type Timed } from './lifetime.ts'
import { type StreamEnd, streamEnds } from './open-streams.ts'
import { isUnanswerable, onlyConnectionAuth, relayHead } from './response-head.ts'
import { WebSocketRelay } from './websocket-relay.ts'

/** The socket of a client that asks for an upgrade, and the bytes that arrived behind the head. */
export type Upgrade = {
  readonly socket: Socket
  readonly early: Buffer
  /** Called once, when the tunnel is over without a refusal. Then the log line can be written. */
  readonly done: () => void
}

/**
 * Forwards one upgrade: makes the handshake over undici, and then joins two sockets. A 101 without `Upgrade:
 * websocket` or without the right Sec-WebSocket-Accept becomes a 502. Any other response of the upstream is
 * relayed, and the connection closed (RFC 6455 section 4).
 */
export function tunnel(exchange: Exchange, upgrade: Upgrade, refuse: Refuse): void {
  new Tunnel(exchange, upgrade, refuse).start()
}

class Tunnel implements Attempting, Timed {
  readonly #exchange: Exchange
  readonly #upgrade: Upgrade
  readonly #refuse: Refuse
  readonly #lifetime: Lifetime
  readonly #attempt: Attempt
  /** Undefined until the handshake has succeeded. */
  #relay: WebSocketRelay | undefined
  #resume: (() => void) | undefined
  #over = false

  constructor(exchange: Exchange, upgrade: Upgrade, refuse: Refuse) {
    this.#exchange = exchange
    this.#upgrade = upgrade
    this.#refuse = refuse
    this.#lifetime = new Lifetime(exchange, this)
    this.#attempt = new Attempt(exchange, this)
    upgrade.socket.once('close', () => this.#end())
  }

  start(): void {
    if (this.#upgrade.socket.destroyed) return this.#end()
    this.#lifetime.begin()
    if (!this.#attempt.enter()) this.onTurnLost()
  }

  onTurnLost(): void {
    this.#fail('upstream_busy', 'Too many requests wait for this upstream')
  }

  upstreamRequest({ servername }: Connection): UpstreamRequest {
    const { target, headers } = this.#exchange
    return {
      path: target,
      method: 'GET',
      headers,
      body: null,
      upgrade: 'websocket',
      reset: false,
      servername,
    }
  }

  onConnect(abort: (reason?: Error) => void): void {
    // An abort would close the connection. It is good for the next request, since nothing was written.
    if (this.#over) throw new Error('the client has left')
    this.#attempt.connected(abort)
  }

  /** Makes the tunnel a stream: it takes no connection of the origin any more, and waits for no response. */
  onUpgrade(status: number, raw: readonly Buffer[], remote: Duplex): void {
    this.#attempt.settled()
    remote.on('error', () => remote.destroy())
    if (!this.#over && acceptsHandshake(status, raw, this.#exchange.asked.head.headers))
      return this.#join(raw, remote as Socket) // undici makes no other connections.
    remote.destroy()
    this.#fail('upstream_protocol', 'The upstream did not answer the WebSocket handshake as it must')
  }

  /** Relays every response except 101. The connection is of no more use after it. */
  onHeaders(status: number, raw: readonly Buffer[], resume: () => void): boolean {
    if (this.#over || status < 200) return true
    this.#resume = resume
    this.#begin(status, raw, ['Connection', 'close'])
    if (!this.#over) this.#lifetime.expect(this.#exchange.plan.timeouts.idleMs)
    return true
  }

  onData(chunk: Buffer): boolean {
    if (this.#over) return true
    const { socket } = this.#upgrade
    this.#exchange.record.sent(chunk.length)
    this.#lifetime.refresh()
    if (socket.write(chunk)) return true
    socket.once('drain', () => this.#resume?.())
    return false
  }

  onComplete(): void {
    this.#attempt.settled()
    lingerOn(this.#upgrade.socket, Math.min(this.#exchange.plan.timeouts.idleMs, 5000))
    this.#end()
  }

  onError(error: Error): void {
    this.#attempt.settled(error)
    if (this.#over) return
    const code = upstreamCode(error)
    if (!this.#exchange.record.hasResponse) {
      if (code === 'upstream_unreachable') this.#attempt.originFailed(faultCause(error))
      return this.#fail(code, faultDetail(error))
    }
    this.#exchange.record.problem(code)
    this.#upgrade.socket.destroy()
  }

  onLate(): void {
    const { record } = this.#exchange
    if (this.#relay?.isClosing) return this.#relay.destroy()
    if (this.#lifetime.isStream) return this.#endStream('silent')
    if (!record.hasResponse)
      return this.#fail('upstream_timeout', 'The upstream did not answer the WebSocket handshake in time')
    if (this.#upgrade.socket.writableNeedDrain)
      record.problem('client_closed', 'The client took no byte of the answer within timeouts.idle')
    else record.problem('upstream_timeout', 'No byte of the answer to the handshake within timeouts.idle')
    this.#upgrade.socket.destroy()
  }

  #begin(status: number, raw: readonly Buffer[], connection: readonly string[]): void {
    const { plan, corsHeaders, record } = this.#exchange
    const upstreamMs = performance.now() - this.#lifetime.startedMs
    this.#attempt.originAnswered(upstreamMs)
    const head = relayHead(status, raw, plan.response, corsHeaders)
    if (head.connectionAuth) this.#attempt.keepConnectionApart()
    if (isUnanswerable(status, head)) return this.#fail('upstream_protocol', onlyConnectionAuth)
    record.responded(status, upstreamMs)
    const { headers } = head
    this.#upgrade.socket.write(headText(status, [...headers, ...connection]), 'latin1')
  }

  #join(raw: readonly Buffer[], remote: Socket): void {
    const { record, plan } = this.#exchange
    const { socket, early } = this.#upgrade
    this.#begin(101, raw, ['Connection', 'Upgrade', 'Upgrade', 'websocket'])
    this.#relay = new WebSocketRelay(socket, remote, {
      received: (bytes) => record.received(bytes),
      sent: (bytes) => record.sent(bytes),
      progress: () => {
        if (!this.#over) this.#lifetime.refresh()
      },
      // The rest is on its way. Its reader may be slow, but must take something within `timeouts.idle`.
      closing: () => {
        if (!this.#over) this.#lifetime.expect(plan.timeouts.idleMs)
      },
    })
    this.#lifetime.becomeStream('websocket', (why) => this.#endStream(why))
    if (!this.#over) this.#relay.start(early)
  }

  #endStream(why: StreamEnd): void {
    this.#exchange.record.streamEnded(streamEnds[why])
    this.#relay?.close(...closeCodes[why])
  }

  /** Refuses in the gateway's own words, and gives up what is still on its way. */
  #fail(code: Code, detail: string): void {
    if (this.#over) return
    this.#finish()
    this.#refuse(code, detail)
    this.#attempt.abort(detail)
  }

  #end(): void {
    if (this.#over) return
    this.#finish()
    this.#attempt.abort('the tunnel has ended')
    this.#upgrade.done()
  }

  /** Ends the exchange: nothing that comes later counts. */
  #finish(): void {
    this.#over = true
    this.#lifetime.end()
    this.#attempt.leaveQueue()
  }
}

/** The code for each end is 1001, going away, or 1008, a violated policy (RFC 6455 section 7.4.1). */
const closeCodes: Readonly<Record<StreamEnd, readonly [code: number, reason: string]>> = {
  token_expired: [1008, 'the access token has expired'],
  token_revoked: [1008, 'the access token was revoked'],
  token_withdrawn: [1008, 'the issuer no longer vouches for the access token'],
  refused_after_reload: [1008, 'the reloaded configuration refuses it'],
  shutdown: [1001, 'the gateway stops'],
  silent: [1001, 'no byte within timeouts.stream'],
}
