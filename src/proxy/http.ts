import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Code } from '../errors.ts'
import { hasBody } from '../http/headers.ts'
import { type AnswerHead, answerHead } from './answer.ts'
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
  readonly #refuse: Refuse
  readonly #startedMs = performance.now()
  #origin: Origin | undefined
  #controller: Dispatcher.DispatchController | undefined
  /** Before the answer's head: timeouts.response. After it: timeouts.idle or timeouts.stream. */
  #timer: NodeJS.Timeout | undefined
  #stream: OpenStream | undefined
  #answerBegun = false
  /** Handed to Node; on the wire with the first byte of the body, or as soon as none came along with it. */
  #headSent = false
  /** The first chunk of the body, while it may still be the only one. */
  #held: Buffer | undefined
  #flushed = false
  #over = false
  #retried = false
  /** Origins that refused the connection, so far. */
  #refusals = 0

  constructor(exchange: Exchange, response: ServerResponse, refuse: Refuse) {
    this.#exchange = exchange
    this.#response = response
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
        if (head.expectsContinue && !this.#headSent) response.writeContinue()
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
    if (!this.#writeHead(status, answer)) {
      return this.#fail('upstream_protocol', 'The upstream sent an answer that cannot be relayed')
    }
    if (answer.isEventStream) this.#openStream()
    process.nextTick(flushHead, this)
  }

  /** False when Node refuses the head: statuses such as 099, field values that are none. */
  #writeHead(status: number, answer: AnswerHead): boolean {
    const { record } = this.#exchange
    const response = this.#response
    try {
      response.sendDate = !answer.hasDate
      response.writeHead(status, answer.headers)
    } catch {
      return false
    }
    this.#headSent = true
    record.status = status
    return true
  }

  /** What came with the head's own bytes is through: it goes out now, and the rest as it comes. */
  flush(): void {
    if (this.#over || this.#flushed) return
    this.#flushed = true
    if (this.#stream === undefined) this.#armIdle()
    const held = this.#held
    this.#held = undefined
    // Not flushHeaders(): that writes the head as UTF-8, and fields are bytes.
    if (held === undefined) this.#response.write('', 'latin1')
    else this.#write(held)
  }

  #write(chunk: Buffer): void {
    const response = this.#response
    if (response.write(chunk)) return
    this.#controller?.pause()
    response.once('drain', () => this.#controller?.resume())
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (this.#over) return
    this.#exchange.record.bytesOut += chunk.length
    if (!this.#flushed && this.#held === undefined) {
      this.#held = chunk
      return
    }
    this.flush()
    this.#timer?.refresh()
    this.#write(chunk)
  }

  onResponseEnd(): void {
    if (this.#over) return
    if (!this.#headSent) return this.#fail('upstream_protocol', faultDetails.upstream_protocol)
    const { request, head } = this.#exchange
    const response = this.#response
    this.#finish()
    // The upstream did not want the rest of the body: it must not be taken for the next request.
    if (hasBody(head) && !request.complete) response.once('finish', () => request.socket.destroySoon())
    const held = this.#held
    if (held === undefined) response.end()
    // As text it joins the head in one write: 46 → 40 µs a request.
    else if (held.length <= joinedBytes) response.end(held.toString('latin1'), 'latin1')
    else response.end(held)
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.#over) return
    const { request } = this.#exchange
    if (request.destroyed && !request.complete) return this.clientClosed()
    if (!this.#answerBegun && this.#mayAskAgain(error)) return this.#again()
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
    if (!this.#headSent) return this.#fail('upstream_timeout', 'The upstream sent no answer in time')
    if (this.#response.writableNeedDrain) {
      return this.#fail('client_closed', 'The client took no byte of the answer within timeouts.idle')
    }
    this.#fail('upstream_timeout', 'The upstream sent no byte of its answer within timeouts.idle')
  }

  #armIdle(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#timedOut(), this.#exchange.plan.timeouts.idleMs)
  }

  #openStream(): void {
    const { plan, expiresAtMs, stillAllowed, streams } = this.#exchange
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#endStream('silent'), plan.timeouts.streamMs)
    this.#stream = { kind: 'event-stream', expiresAtMs, stillAllowed, end: (why) => this.#endStream(why) }
    streams.add(this.#stream)
  }

  /** An event stream has no end that could be missed: it ends properly, and its client comes again. */
  #endStream(why: StreamEnd): void {
    if (this.#over) return
    const { record } = this.#exchange
    const response = this.#response
    record.detail = streamEnds[why]
    this.flush()
    this.#finish()
    this.#controller?.abort(new Error('the event stream has ended'))
    response.end()
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
    const response = this.#response
    this.#finish()
    if (this.#headSent) {
      record.code = code
      record.detail = detail
      response.destroy()
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

/** Beyond it, a copy costs more than a second write. */
const joinedBytes = 16 * 1024

function flushHead(exchange: HttpExchange): void {
  exchange.flush()
}

const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/** Node parses `099` as 99: no interim answer, but none that could be relayed either. */
function isInterim(status: number): boolean {
  return status >= 100 && status < 200
}
