import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { Code } from '../errors.ts'
import { lingerAfter } from '../http/linger.ts'
import { hasBody } from '../http/request-head.ts'
import { sizeText } from '../http/size-text.ts'
import type { Connection } from '../upstream/connection.ts'
import { faultCause, faultDetail, protocolDetail, upstreamCode, wasRefused } from '../upstream/fault.ts'
import type { UpstreamRequest } from '../upstream/undici-client.ts'
import { Attempt, type Attempting } from './attempt.ts'
import { ClientResponse } from './client-response.ts'
import type { Exchange, Refuse } from './exchange.ts'
import { watchHalfClosed } from './half-closed-client.ts'
import { Lifetime, type Timed } from './lifetime.ts'
import { type StreamEnd, streamEnds } from './open-streams.ts'
import { createRequestBody } from './request-body.ts'
import { isUnanswerable, onlyConnectionAuth, relayHead } from './response-head.ts'
import { Retries } from './retries.ts'

/** An exchange under way. */
export type Running = {
  /** Aborts what is not over. To be called when the response is closed, before the log line is written. */
  clientClosed(): void
  /** The client sends nothing more. It may still read, or it may be gone. */
  clientHalfClosed(): void
  /** Gives up what is not over, since the gateway is about to close the connection. The log says why. */
  cut(code: Code, detail: string): void
}

/**
 * Forwards one HTTP request and its response, streaming both. Fills `record` (status, bytes, upstreamMs,
 * code) and ends `response`, whatever happens. Never throws. Returns undefined when the request was refused
 * at once.
 */
export function forward(exchange: Exchange, response: ServerResponse, refuse: Refuse): Running | undefined {
  const { asked, plan } = exchange
  if ((asked.head.contentLength ?? 0) > plan.bodyLimitBytes) {
    refuse(...tooLarge(plan.bodyLimitBytes))
    return undefined
  }
  const run = new HttpExchange(exchange, response, refuse)
  // A chunk that does not parse may have come together with the head: then nothing may have gone upstream.
  if (asked.head.chunked) setImmediate(() => run.start())
  else run.start()
  return run
}

function tooLarge(limitBytes: number): Parameters<Refuse> {
  return ['body_too_large', `The request body is larger than ${sizeText(limitBytes)} (limits.bodyBytes)`]
}

const stalls = {
  client: ['request_timeout', 'No byte of the request body within timeouts.idle'],
  pace: ['request_timeout', 'The request body comes slower than limits.bodyRate'],
  upstream: ['upstream_timeout', 'The upstream took no byte of the request body within timeouts.idle'],
} as const

class HttpExchange implements Attempting, Timed, Running {
  readonly #exchange: Exchange
  /** The response of Node, through which `#client` sends what the client gets. */
  readonly #response: ServerResponse
  readonly #client: ClientResponse
  readonly #refuse: Refuse
  readonly #lifetime: Lifetime
  #retries: Retries | undefined
  #attempt: Attempt
  /** The first byte of a response has come in this attempt: it cannot be made again. */
  #responseBegun = false
  #over = false

  constructor(exchange: Exchange, response: ServerResponse, refuse: Refuse) {
    this.#exchange = exchange
    this.#response = response
    this.#client = new ClientResponse(response)
    this.#refuse = refuse
    this.#lifetime = new Lifetime(exchange, this)
    this.#attempt = new Attempt(exchange, this)
  }

  start(): void {
    const { request } = this.#exchange
    if (this.#response.destroyed || request.destroyed || this.#over) return
    this.#lifetime.begin()
    if (!this.#attempt.enter()) this.onTurnLost()
  }

  onTurnLost(): void {
    this.#fail('upstream_busy', 'Too many requests wait for this upstream; try again shortly')
  }

  upstreamRequest({ servername }: Connection): UpstreamRequest {
    const { asked, target, headers, plan } = this.#exchange
    return {
      path: target,
      method: asked.head.method,
      headers,
      body: hasBody(asked.head) ? this.#body() : null,
      upgrade: null,
      reset: !plan.upstream.options.reuse,
      servername,
    }
  }

  #body(): Readable {
    const { request, asked, plan, record } = this.#exchange
    return createRequestBody({
      request,
      idleMs: plan.timeouts.idleMs,
      rateBytes: plan.bodyRateBytes,
      onWanted: () => {
        if (asked.head.expectsContinue && !this.#client.begun) this.#response.writeContinue()
      },
      onBytes: (bytes) => {
        record.received(bytes)
        if (this.#over) return
        this.#lifetime.refresh()
        if (record.record.bytesIn > plan.bodyLimitBytes) this.#fail(...tooLarge(plan.bodyLimitBytes))
      },
      onStall: (slow) => this.#stalled(slow),
    })
  }

  #stalled(slow: keyof typeof stalls): void {
    const [code, detail] = stalls[slow]
    this.#fail(code, detail)
  }

  onConnect(abort: (reason?: Error) => void): void {
    // An abort would close the connection. It is good for the next request, since nothing was written.
    if (this.#over) throw new Error('the client has left')
    this.#attempt.connected(abort)
    this.#responseBegun = false
  }

  onResponseStarted(): void {
    this.#responseBegun = true
  }

  onHeaders(status: number, raw: readonly Buffer[], resume: () => void): boolean {
    if (this.#over || isInterim(status)) return true
    const { plan, corsHeaders, record } = this.#exchange
    const upstreamMs = performance.now() - this.#lifetime.startedMs
    this.#attempt.originAnswered(upstreamMs)
    const head = relayHead(status, raw, plan.response, corsHeaders)
    if (head.connectionAuth) this.#attempt.keepConnectionApart()
    if (isUnanswerable(status, head)) {
      this.#fail('upstream_protocol', onlyConnectionAuth)
      return true
    }
    if (!this.#client.begin(status, head, resume)) {
      this.#fail('upstream_protocol', 'The upstream sent an answer that cannot be relayed')
      return true
    }
    record.responded(status, upstreamMs)
    if (head.isWhole) {
      this.#complete()
      // undici waits for a body where a length is named, which a 304 may do without one (RFC 9110 section
      // 8.6).
      process.nextTick(abandonBody, this.#attempt)
      return true
    }
    // An event stream has no end that its client could miss: it may end properly, and the client comes again.
    if (head.isEventStream) this.#lifetime.becomeStream('event-stream', (why) => this.#endStream(why))
    process.nextTick(flushHead, this)
    return true
  }

  flush(): void {
    if (this.#over) return
    if (!this.#lifetime.isStream) this.#lifetime.expect(this.#exchange.plan.timeouts.idleMs)
    this.#client.flush()
  }

  onData(chunk: Buffer): boolean {
    if (this.#over) return true
    this.#exchange.record.sentChunk(chunk)
    this.#lifetime.refresh()
    return this.#client.write(chunk)
  }

  onComplete(): void {
    this.#attempt.settled()
    if (this.#over) return
    if (!this.#client.begun) return this.#fail('upstream_protocol', protocolDetail)
    this.#complete()
  }

  #complete(): void {
    const { request, asked } = this.#exchange
    this.#finish()
    // The upstream did not want the rest of the body: it must not be taken for the next request.
    if (hasBody(asked.head) && !request.complete) lingerAfter(this.#response)
    this.#client.end()
  }

  onError(error: Error): void {
    this.#attempt.settled(error)
    if (this.#over) return
    const { request } = this.#exchange
    if (request.destroyed && !request.complete) return this.clientClosed()
    if (!this.#responseBegun && this.#mayTryAgain(error)) return this.#tryAgain(error)
    if (this.#client.begun)
      return this.#fail('upstream_protocol', 'The upstream broke off in the middle of its answer')
    const code = upstreamCode(error)
    if (code === 'upstream_unreachable') this.#attempt.originFailed(faultCause(error))
    this.#fail(code, faultDetail(error))
  }

  #mayTryAgain(error: Error): boolean {
    this.#retries ??= new Retries(this.#exchange)
    return this.#retries.allowAfter(error)
  }

  #tryAgain(error: Error): void {
    this.#attempt.originFailed(wasRefused(error) ? faultCause(error) : undefined)
    this.#attempt = new Attempt(this.#exchange, this)
    this.start()
  }

  onLate(): void {
    if (this.#lifetime.isStream) return this.#endStream('silent')
    if (!this.#client.begun) return this.#fail('upstream_timeout', 'The upstream sent no answer in time')
    if (this.#client.isSlow)
      return this.#fail('client_closed', 'The client took no byte of the answer within timeouts.idle')
    this.#fail('upstream_timeout', 'The upstream sent no byte of its answer within timeouts.idle')
  }

  #endStream(why: StreamEnd): void {
    if (this.#over) return
    this.#exchange.record.streamEnded(streamEnds[why])
    this.#finish()
    this.#attempt.abort('the event stream has ended')
    this.#client.end()
  }

  clientClosed(): void {
    if (this.#over) return
    if (!this.#lifetime.isStream) this.#exchange.record.clientLeft()
    this.#finish()
    this.#attempt.abort('the client has left')
  }

  clientHalfClosed(): void {
    if (this.#over) return
    // Nobody half-closes a stream to go on reading it for hours.
    if (this.#lifetime.isStream) return void this.#response.destroy()
    const { record } = this.#exchange
    watchHalfClosed({
      response: this.#response,
      isOver: () => this.#over,
      hasBegun: () => this.#client.begun,
      sentBytes: () => record.record.bytesOut,
    })
  }

  cut(code: Code, detail: string): void {
    if (this.#over) return
    this.#exchange.record.problem(code, detail)
    this.#finish()
    this.#attempt.abort(detail)
  }

  /**
   * Refuses while that is possible. Later it closes the connection: a cut response must not look complete.
   */
  #fail(code: Code, detail: string): void {
    if (this.#over) return
    this.#finish()
    if (this.#client.begun) {
      this.#exchange.record.problem(code, detail)
      this.#client.cut()
    } else this.#refuse(code, detail)
    this.#attempt.abort(detail)
  }

  /** Ends the exchange: nothing that comes later counts. */
  #finish(): void {
    this.#over = true
    this.#lifetime.end()
    this.#attempt.leaveQueue()
  }
}

function abandonBody(attempt: Attempt): void {
  attempt.abort('the response has no body')
}

/** Sends the head: with the body that came in the same turn, or else alone when the turn is over. */
function flushHead(exchange: HttpExchange): void {
  exchange.flush()
}

/** Only 1xx are interim. A status such as `099` is parsed as 99, and cannot be relayed at all. */
function isInterim(status: number): boolean {
  return status >= 100 && status < 200
}
