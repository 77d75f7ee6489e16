import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Code } from '../errors.ts'
import { hasBody } from '../http/request-head.ts'
import { faultDetails, upstreamCode, wasRefused, wasReset } from '../upstream/fault.ts'
import { Passage } from './attempt.ts'
import { ClientAnswer } from './client-response.ts'
import type { Exchange, Refuse } from './exchange.ts'
import { type StreamEnd, streamEnds } from './open-streams.ts'
import { createRequestBody } from './request-body.ts'
import { answerHead } from './response-head.ts'

/** An exchange under way. */
export type Running = {
  /** To be called when the response is closed, before the log line is written: aborts what is not over. */
  clientClosed(): void
}

/**
 * One HTTP exchange, streaming both ways. Fills `record` (status, bytes, upstreamMs, code) and ends `response`, whatever
 * happens; never throws.
 */
export function forward(exchange: Exchange, response: ServerResponse, refuse: Refuse): Running | undefined {
  const { head, plan } = exchange
  if ((head.contentLength ?? 0) > plan.bodyLimitBytes) {
    refuse(...tooLarge)
    return undefined
  }
  const run = new HttpExchange(exchange, response, refuse)
  // A chunk that does not parse shows in the same segment as the head: then nothing may have gone upstream.
  if (head.chunked) setImmediate(() => run.start())
  else run.start()
  return run
}

const tooLarge = ['body_too_large', 'The request body is larger than limits.bodyBytes'] as const

class HttpExchange extends Passage implements Running {
  readonly #response: ServerResponse
  readonly #answer: ClientAnswer
  #answerBegun = false
  #retried = false
  /** Origins that refused the connection, so far. */
  #refusals = 0

  constructor(exchange: Exchange, response: ServerResponse, refuse: Refuse) {
    super(exchange, refuse)
    this.#response = response
    this.#answer = new ClientAnswer(response)
  }

  start(): void {
    const { request } = this.exchange
    if (this.#response.destroyed || request.destroyed || this.over) return
    if (!this.enter())
      this.#fail('upstream_busy', 'Too many requests wait for this upstream; try again shortly')
  }

  protected override request(): Dispatcher.DispatchOptions {
    const { head, target, headers } = this.exchange
    // Any token may be a method; undici passes on what it is given.
    const method = head.method as Dispatcher.HttpMethod
    return { path: target, method, headers, body: hasBody(head) ? this.#body() : null }
  }

  #body(): Readable {
    const { request, head, plan, record } = this.exchange
    const response = this.#response
    return createRequestBody({
      request,
      idleMs: plan.timeouts.idleMs,
      onWanted: () => {
        if (head.expectsContinue && !this.#answer.begun) response.writeContinue()
      },
      onBytes: (bytes) => {
        record.bytesIn += bytes
        if (this.over) return
        this.refresh()
        if (record.bytesIn > plan.bodyLimitBytes) this.#fail(...tooLarge)
      },
      onStall: (slow) => {
        if (slow === 'client')
          this.#fail('request_timeout', 'No byte of the request body within timeouts.idle')
        else
          this.#fail('upstream_timeout', 'The upstream took no byte of the request body within timeouts.idle')
      },
    })
  }

  override onConnect(abort: (reason?: Error) => void): void {
    super.onConnect(abort)
    this.#answerBegun = false
  }

  onResponseStarted(): void {
    this.#answerBegun = true
  }

  /** False: no more until `resume` is called. */
  onHeaders(status: number, raw: readonly Buffer[], resume: () => void): boolean {
    if (this.over || isInterim(status)) return true
    const { plan, corsHeaders } = this.exchange
    this.origin?.succeeded()
    const answer = answerHead(raw, plan.answer, corsHeaders)
    if (!this.#answer.begin(status, answer, resume)) {
      this.#fail('upstream_protocol', 'The upstream sent an answer that cannot be relayed')
      return true
    }
    this.answered(status)
    // An event stream has no end that could be missed: it ends properly, and its client comes again.
    if (answer.isEventStream) this.openStream('event-stream', (why) => this.#endStream(why))
    process.nextTick(flushHead, this)
    return true
  }

  flush(): void {
    if (this.over) return
    if (!this.isStream) this.arm(this.exchange.plan.timeouts.idleMs, () => this.onLate())
    this.#answer.flush()
  }

  onData(chunk: Buffer): boolean {
    if (this.over) return true
    this.exchange.record.bytesOut += chunk.length
    this.refresh()
    return this.#answer.write(chunk)
  }

  onComplete(): void {
    this.landed()
    if (this.over) return
    if (!this.#answer.begun) return this.#fail('upstream_protocol', faultDetails.upstream_protocol)
    const { request, head } = this.exchange
    this.finish()
    // The upstream did not want the rest of the body: it must not be taken for the next request.
    if (hasBody(head) && !request.complete) this.#response.once('finish', () => request.socket.destroySoon())
    this.#answer.end()
  }

  onError(error: Error): void {
    this.landed()
    if (this.over) return
    const { request } = this.exchange
    if (request.destroyed && !request.complete) return this.clientClosed()
    if (!this.#answerBegun && this.#mayAskAgain(error)) {
      this.origin?.failed()
      return this.start()
    }
    if (this.#answer.begun) {
      return this.#fail('upstream_protocol', 'The upstream broke off in the middle of its answer')
    }
    const code = upstreamCode(error)
    if (code === 'upstream_unreachable') this.origin?.failed()
    this.#fail(code, faultDetails[code])
  }

  /** Elsewhere when nobody listened; once when the connection was reset and asking twice changes nothing. */
  #mayAskAgain(error: Error): boolean {
    const { head, plan } = this.exchange
    if (hasBody(head)) return false
    if (wasRefused(error)) {
      this.#refusals += 1
      return this.#refusals < plan.upstream.options.origins.length
    }
    if (this.#retried || !idempotent.has(head.method)) return false
    this.#retried = true
    return wasReset(error)
  }

  protected override onLate(): void {
    if (!this.#answer.begun) return this.#fail('upstream_timeout', 'The upstream sent no answer in time')
    if (this.#answer.isClientSlow) {
      return this.#fail('client_closed', 'The client took no byte of the answer within timeouts.idle')
    }
    this.#fail('upstream_timeout', 'The upstream sent no byte of its answer within timeouts.idle')
  }

  #endStream(why: StreamEnd): void {
    if (this.over) return
    this.exchange.record.detail = streamEnds[why]
    this.finish()
    this.abort('the event stream has ended')
    this.#answer.end()
  }

  clientClosed(): void {
    if (this.over) return
    if (!this.isStream) this.exchange.record.code ??= 'client_closed'
    this.finish()
    this.abort('the client has left')
  }

  /** A refusal while one can be sent. Later the client's connection goes: a cut answer must not look complete. */
  #fail(code: Code, detail: string): void {
    if (this.over) return
    if (!this.#answer.begun) return this.refuse(code, detail)
    const { record } = this.exchange
    this.finish()
    record.code = code
    record.detail = detail
    this.#answer.cut()
    this.abort(detail)
  }
}

function flushHead(exchange: HttpExchange): void {
  exchange.flush()
}

const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/** Node parses `099` as 99: no interim answer, but none that could be relayed either. */
function isInterim(status: number): boolean {
  return status >= 100 && status < 200
}
