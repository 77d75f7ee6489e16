import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Code } from '../errors.ts'
import { hasBody } from '../http/headers.ts'
import { answerHead } from './answer.ts'
import { ClientAnswer } from './client-answer.ts'
import type { Exchange, Refuse } from './exchange.ts'
import { faultDetails, upstreamCode, wasRefused, wasReset } from './fault.ts'
import { type OpenStream, type StreamEnd, streamEnds } from './open-streams.ts'
import { createRequestBody } from './request-body.ts'
import type { Origin } from './upstream.ts'

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

class HttpExchange implements Dispatcher.DispatchHandler, Running {
  readonly #exchange: Exchange
  readonly #response: ServerResponse
  readonly #answer: ClientAnswer
  readonly #refuse: Refuse
  readonly #startedMs = performance.now()
  #origin: Origin | undefined
  #controller: Dispatcher.DispatchController | undefined
  /** Before the answer's head: timeouts.response. After it: timeouts.idle or timeouts.stream. */
  #timer: NodeJS.Timeout | undefined
  #stream: OpenStream | undefined
  #answerBegun = false
  #over = false
  #retried = false
  /** Origins that refused the connection, so far. */
  #refusals = 0

  constructor(exchange: Exchange, response: ServerResponse, refuse: Refuse) {
    this.#exchange = exchange
    this.#response = response
    this.#answer = new ClientAnswer(response)
    this.#refuse = refuse
  }

  start(): void {
    const { request, plan } = this.#exchange
    const response = this.#response
    if (response.destroyed || request.destroyed || this.#over) return
    this.#origin = plan.upstream.pick()
    if (this.#origin === undefined) {
      return this.#fail('upstream_busy', 'Too many requests wait for this upstream; try again shortly')
    }
    this.#timer ??= setTimeout(() => this.#timedOut(), plan.timeouts.responseMs)
    this.#origin.enter()
    this.#dispatch(this.#origin)
  }

  #dispatch(origin: Origin): void {
    const { head, target, headers } = this.#exchange
    // Any token may be a method; undici passes on what it is given.
    const method = head.method as Dispatcher.HttpMethod
    const body = hasBody(head) ? this.#body() : null
    try {
      origin.dispatch({ path: target, method, headers, body }, this)
    } catch {
      this.#fail('upstream_protocol', 'The request cannot be sent to the upstream as it is')
    }
  }

  #body(): Readable {
    const { request, head, plan, record } = this.#exchange
    const response = this.#response
    return createRequestBody({
      request,
      idleMs: plan.timeouts.idleMs,
      onWanted: () => {
        if (head.expectsContinue && !this.#answer.begun) response.writeContinue()
      },
      onBytes: (bytes) => {
        record.bytesIn += bytes
        if (this.#over) return
        this.#timer?.refresh()
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

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Thrown and not aborted: nothing was written, and the connection is good for the next request.
    if (this.#over) throw new Error('the client has left')
    this.#controller = controller
    this.#answerBegun = false
  }

  onResponseStarted(): void {
    this.#answerBegun = true
  }

  onResponseStart(
    controller: Dispatcher.DispatchController & { rawHeaders?: unknown },
    status: number,
  ): void {
    if (this.#over || isInterim(status)) return
    const { record, plan, corsHeaders } = this.#exchange
    this.#origin?.succeeded()
    record.upstreamMs = performance.now() - this.#startedMs
    // undici hands the list over as it came from the wire: names and values in turn.
    const raw = (controller.rawHeaders ?? []) as readonly Buffer[]
    const answer = answerHead(raw, plan.answer, corsHeaders)
    if (!this.#answer.begin(status, answer)) {
      return this.#fail('upstream_protocol', 'The upstream sent an answer that cannot be relayed')
    }
    record.status = status
    if (answer.isEventStream) this.#openStream()
    process.nextTick(flushHead, this)
  }

  flush(): void {
    if (this.#over) return
    if (this.#stream === undefined) this.#armIdle()
    if (!this.#answer.flush(this.#resume)) this.#controller?.pause()
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over) return
    this.#exchange.record.bytesOut += chunk.length
    this.#timer?.refresh()
    if (!this.#answer.write(chunk, this.#resume)) controller.pause()
  }

  readonly #resume = (): void => this.#controller?.resume()

  onResponseEnd(): void {
    if (this.#over) return
    if (!this.#answer.begun) return this.#fail('upstream_protocol', faultDetails.upstream_protocol)
    const { request, head } = this.#exchange
    const response = this.#response
    this.#finish()
    // The upstream did not want the rest of the body: it must not be taken for the next request.
    if (hasBody(head) && !request.complete) response.once('finish', () => request.socket.destroySoon())
    this.#answer.end()
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.#over) return
    const { request } = this.#exchange
    if (request.destroyed && !request.complete) return this.clientClosed()
    if (!this.#answerBegun && this.#mayAskAgain(error)) return this.#again()
    if (this.#answer.begun) {
      return this.#fail('upstream_protocol', 'The upstream broke off in the middle of its answer')
    }
    const code = upstreamCode(error)
    if (code === 'upstream_unreachable') this.#origin?.failed()
    this.#fail(code, faultDetails[code])
  }

  /** Elsewhere when nobody listened; once when the connection was reset and asking twice changes nothing. */
  #mayAskAgain(error: Error): boolean {
    const { head, plan } = this.#exchange
    if (hasBody(head)) return false
    if (wasRefused(error)) {
      this.#refusals += 1
      return this.#refusals < plan.upstream.options.origins.length
    }
    if (this.#retried || !idempotent.has(head.method)) return false
    this.#retried = true
    return wasReset(error)
  }

  #again(): void {
    this.#origin?.failed()
    this.#origin?.leave()
    this.#origin = undefined
    this.#controller = undefined
    this.start()
  }

  #timedOut(): void {
    if (!this.#answer.begun) return this.#fail('upstream_timeout', 'The upstream sent no answer in time')
    if (this.#answer.isClientSlow) {
      return this.#fail('client_closed', 'The client took no byte of the answer within timeouts.idle')
    }
    this.#fail('upstream_timeout', 'The upstream sent no byte of its answer within timeouts.idle')
  }

  #armIdle(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#timedOut(), this.#exchange.plan.timeouts.idleMs)
  }

  #openStream(): void {
    const { plan, expiresAtMs, stillAllowed, isStale, streams } = this.#exchange
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#endStream('silent'), plan.timeouts.streamMs)
    const end = (why: StreamEnd) => this.#endStream(why)
    this.#stream = { kind: 'event-stream', expiresAtMs, stillAllowed, isStale, end }
    streams.add(this.#stream)
  }

  /** An event stream has no end that could be missed: it ends properly, and its client comes again. */
  #endStream(why: StreamEnd): void {
    if (this.#over) return
    this.#exchange.record.detail = streamEnds[why]
    this.#finish()
    this.#controller?.abort(new Error('the event stream has ended'))
    this.#answer.end()
  }

  clientClosed(): void {
    if (this.#over) return
    const { record } = this.#exchange
    if (this.#stream === undefined) record.code ??= 'client_closed'
    this.#finish()
    this.#controller?.abort(new Error('the client has left'))
  }

  /** A refusal while one can be sent. Later the client's connection goes: a cut answer must not look complete. */
  #fail(code: Code, detail: string): void {
    if (this.#over) return
    const { record } = this.#exchange
    this.#finish()
    if (this.#answer.begun) {
      record.code = code
      record.detail = detail
      this.#answer.cut()
    } else this.#refuse(code, detail)
    this.#controller?.abort(new Error(detail))
  }

  #finish(): void {
    this.#over = true
    clearTimeout(this.#timer)
    this.#origin?.leave()
    if (this.#stream !== undefined) this.#exchange.streams.remove(this.#stream)
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
