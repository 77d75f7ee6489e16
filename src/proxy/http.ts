import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Code } from '../errors.ts'
import { hasBody } from '../http/request-head.ts'
import { sizeText } from '../http/size-text.ts'
import { faultDetails, upstreamCode, wasRefused, wasReset } from '../upstream/fault.ts'
import type { UpstreamRequest } from '../upstream/undici-client.ts'
import { Attempt, type Attempting } from './attempt.ts'
import { ClientResponse } from './client-response.ts'
import type { Exchange, Refuse } from './exchange.ts'
import { Lifetime, type Timed } from './lifetime.ts'
import { type StreamEnd, streamEnds } from './open-streams.ts'
import { createRequestBody } from './request-body.ts'
import { relayHead } from './response-head.ts'

/** An exchange under way. */
export type Running = {
  /** To be called when the response is closed, before the log line is written: aborts what is not over. */
  clientClosed(): void
}

/**
 * One HTTP exchange, streaming both ways. Fills `record` (status, bytes, upstreamMs, code) and ends `response`, whatever
 * happens; never throws. Undefined when it was refused at once.
 */
export function forward(exchange: Exchange, response: ServerResponse, refuse: Refuse): Running | undefined {
  const { asked, plan } = exchange
  if ((asked.head.contentLength ?? 0) > plan.bodyLimitBytes) {
    refuse(...tooLarge(plan.bodyLimitBytes))
    return undefined
  }
  const run = new HttpExchange(exchange, response, refuse)
  // A chunk that does not parse shows in the same segment as the head: then nothing may have gone upstream.
  if (asked.head.chunked) setImmediate(() => run.start())
  else run.start()
  return run
}

function tooLarge(limitBytes: number): Parameters<Refuse> {
  return ['body_too_large', `The request body is larger than ${sizeText(limitBytes)} (limits.bodyBytes)`]
}

class HttpExchange implements Attempting, Timed, Running {
  readonly #exchange: Exchange
  /** Node's response, of which the client's view is `#client`. */
  readonly #response: ServerResponse
  readonly #client: ClientResponse
  readonly #refuse: Refuse
  readonly #lifetime: Lifetime
  #attempt: Attempt
  /** The first byte of a response has come in this attempt: it cannot be made again. */
  #responseBegun = false
  #retried = false
  /** Origins that refused the connection, so far. */
  #refusals = 0
  #over = false

  constructor(exchange: Exchange, response: ServerResponse, refuse: Refuse) {
    this.#exchange = exchange
    this.#response = response
    this.#client = new ClientResponse(response)
    this.#refuse = refuse
    this.#lifetime = new Lifetime(exchange, this)
    this.#attempt = new Attempt(this)
  }

  start(): void {
    const { request, plan } = this.#exchange
    if (this.#response.destroyed || request.destroyed || this.#over) return
    this.#lifetime.begin()
    if (!this.#attempt.enter(plan.upstream))
      this.#fail('upstream_busy', 'Too many requests wait for this upstream; try again shortly')
  }

  upstreamRequest(): UpstreamRequest {
    const { asked, target, headers } = this.#exchange
    // Any token may be a method; undici passes on what it is given.
    const method = asked.head.method as Dispatcher.HttpMethod
    return { path: target, method, headers, body: hasBody(asked.head) ? this.#body() : null }
  }

  #body(): Readable {
    const { request, asked, plan, record } = this.#exchange
    return createRequestBody({
      request,
      idleMs: plan.timeouts.idleMs,
      onWanted: () => {
        if (asked.head.expectsContinue && !this.#client.begun) this.#response.writeContinue()
      },
      onBytes: (bytes) => {
        record.received(bytes)
        if (this.#over) return
        this.#lifetime.refresh()
        if (record.record.bytesIn > plan.bodyLimitBytes) this.#fail(...tooLarge(plan.bodyLimitBytes))
      },
      onStall: (slow) => {
        if (slow === 'client')
          this.#fail('request_timeout', 'No byte of the request body within timeouts.idle')
        else
          this.#fail('upstream_timeout', 'The upstream took no byte of the request body within timeouts.idle')
      },
    })
  }

  onConnect(abort: (reason?: Error) => void): void {
    // Thrown and not aborted: nothing was written, and the connection is good for the next request.
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
    this.#attempt.originAnswered()
    const head = relayHead(raw, plan.response, corsHeaders)
    if (!this.#client.begin(status, head, resume)) {
      this.#fail('upstream_protocol', 'The upstream sent an answer that cannot be relayed')
      return true
    }
    record.responded(status, performance.now() - this.#lifetime.startedMs)
    // An event stream has no end that could be missed: it ends properly, and its client comes again.
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
    this.#exchange.record.sent(chunk.length)
    this.#lifetime.refresh()
    return this.#client.write(chunk)
  }

  onComplete(): void {
    this.#attempt.settled()
    if (this.#over) return
    if (!this.#client.begun) return this.#fail('upstream_protocol', faultDetails.upstream_protocol)
    const { request, asked } = this.#exchange
    this.#finish()
    // The upstream did not want the rest of the body: it must not be taken for the next request.
    if (hasBody(asked.head) && !request.complete)
      this.#response.once('finish', () => request.socket.destroySoon())
    this.#client.end()
  }

  onError(error: Error): void {
    this.#attempt.settled()
    if (this.#over) return
    const { request } = this.#exchange
    if (request.destroyed && !request.complete) return this.clientClosed()
    if (!this.#responseBegun && this.#mayTryAgain(error)) return this.#tryAgain()
    if (this.#client.begun)
      return this.#fail('upstream_protocol', 'The upstream broke off in the middle of its answer')
    const code = upstreamCode(error)
    if (code === 'upstream_unreachable') this.#attempt.originFailed()
    this.#fail(code, faultDetails[code])
  }

  /** Elsewhere when nobody listened; once when the connection was reset and asking twice changes nothing. */
  #mayTryAgain(error: Error): boolean {
    const { asked, plan } = this.#exchange
    if (hasBody(asked.head)) return false
    if (wasRefused(error)) {
      this.#refusals += 1
      return this.#refusals < plan.upstream.options.origins.length
    }
    if (this.#retried || !idempotent.has(asked.head.method)) return false
    this.#retried = true
    return wasReset(error)
  }

  #tryAgain(): void {
    this.#attempt.originFailed()
    this.#attempt = new Attempt(this)
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

  /** A refusal while one can be sent. Later the client's connection goes: a cut response must not look complete. */
  #fail(code: Code, detail: string): void {
    if (this.#over) return
    this.#finish()
    if (this.#client.begun) {
      this.#exchange.record.problem(code, detail)
      this.#client.cut()
    } else this.#refuse(code, detail)
    this.#attempt.abort(detail)
  }

  /** Nothing that comes later counts. */
  #finish(): void {
    this.#over = true
    this.#lifetime.end()
    this.#attempt.leaveQueue()
  }
}

/** The head goes out with the body that came in the same turn, or else alone when the turn is over. */
function flushHead(exchange: HttpExchange): void {
  exchange.flush()
}

const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/** Node parses `099` as 99: no interim response, but none that could be relayed either. */
function isInterim(status: number): boolean {
  return status >= 100 && status < 200
}
