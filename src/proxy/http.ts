import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Dispatcher } from 'undici'
import type { Code } from '../errors.ts'
import type { RequestHead } from '../http/request-head.ts'
import type { RequestRecord } from '../log/decision-log.ts'
import { answerHead } from './answer.ts'
import { upstreamCode } from './fault.ts'
import type { OpenStream, OpenStreams } from './open-streams.ts'
import type { ExchangeTimeouts, Origin, Upstream } from './upstream.ts'

/** How an allowed request of one route is forwarded; built when the file loads. */
export type ForwardPlan = {
  readonly upstream: Upstream
  readonly timeouts: ExchangeTimeouts
  readonly bodyLimitBytes: number
  readonly answer: AnswerRules
}

/** What happens to the upstream's response head. */
export type AnswerRules = {
  /** The request needed a token: the answer must not enter a shared cache (decisions.md section 2, "Responses"). */
  readonly keepPrivate: boolean
  /** Absolute Location and Content-Location at one of these origins become `publicUrl` + `prefix` + path. */
  readonly location?: {
    readonly upstreamOrigins: readonly string[]
    /** No trailing slash. */
    readonly publicUrl: string
    /** The stripped prefix, restored; '' otherwise. Relative (path-absolute) values get it too. */
    readonly prefix: string
  }
}

/** One allowed request on its way: everything that the exchange needs, nothing that it must decide. */
export type Exchange = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly head: RequestHead
  /** Path and query for the upstream, as they go on the wire. */
  readonly target: string
  /** The upstream request's complete header list, Host included, framing (Content-Length, Transfer-Encoding) not. */
  readonly headers: string[]
  readonly plan: ForwardPlan
  /** CORS headers of the answer; when present, the upstream's own Access-Control-* are dropped. */
  readonly corsHeaders: readonly string[] | undefined
  readonly record: RequestRecord
  /** When an event stream must end. */
  readonly expiresAtMs: number | undefined
  readonly streams: OpenStreams
  /** For event streams and WebSockets: asks the current rules again. */
  readonly stillAllowed: () => boolean | Promise<boolean>
  /** Answers with a problem, in the gateway's own words; only before a head was sent. Sets `record.status` and `record.code`. */
  readonly refuse: (code: Code, detail: string) => void
}

/**
 * One HTTP exchange, streaming both ways. Fills `record` (status, bytes, upstreamMs, code) and ends `response`, whatever
 * happens; never throws. The log line is written by the caller on the response's `close`.
 */
export function forward(exchange: Exchange): void {
  const { head, plan } = exchange
  if ((head.contentLength ?? 0) > plan.bodyLimitBytes) return tooLarge(exchange)
  const run = new HttpExchange(exchange)
  // A chunk that does not parse shows in the same segment as the head: then nothing may have gone upstream.
  if (head.chunked) setImmediate(() => run.start())
  else run.start()
}

function tooLarge(exchange: Exchange): void {
  exchange.refuse('body_too_large', 'The request body is larger than limits.bodyBytes')
}

const bodiless = new Set(['GET', 'HEAD', 'OPTIONS'])
const via = ['Via', '1.1 scopegate'] as const

class HttpExchange implements Dispatcher.DispatchHandler {
  readonly #exchange: Exchange
  readonly #startedMs = performance.now()
  #origin: Origin | undefined
  #controller: Dispatcher.DispatchController | undefined
  #timer: NodeJS.Timeout | undefined
  #stream: OpenStream | undefined
  #headSent = false
  #over = false
  #retried = false
  #moved = false

  constructor(exchange: Exchange) {
    this.#exchange = exchange
    exchange.response.once('close', () => this.#clientClosed())
  }

  start(): void {
    const { request, response, plan } = this.#exchange
    if (response.destroyed || request.destroyed || this.#over) return
    this.#origin = plan.upstream.pick()
    if (this.#origin === undefined) {
      return this.#fail('upstream_busy', 'Too many requests wait for this upstream; try again shortly')
    }
    if (this.#timer === undefined) this.#armResponse()
    this.#dispatch(this.#origin)
  }

  #dispatch(origin: Origin): void {
    const { head, request, response, target, headers } = this.#exchange
    const hasBody = head.chunked || (head.contentLength ?? 0) > 0
    if (hasBody && head.expectsContinue) response.writeContinue()
    if (hasBody) request.on('data', (chunk: Buffer) => this.#bodyChunk(chunk.length))
    const framing =
      head.contentLength === undefined || (!hasBody && bodiless.has(head.method))
        ? []
        : ['Content-Length', String(head.contentLength)]
    origin.enter()
    try {
      origin.dispatch(
        {
          path: target,
          // Any token may be a method; undici passes on what it is given.
          method: head.method as Dispatcher.HttpMethod,
          headers: [...headers, ...framing, ...via],
          body: hasBody ? request : null,
        },
        this,
      )
    } catch {
      this.onResponseError(undefined, new Error('the request could not be sent'))
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#over) controller.abort(new Error('the client has left'))
  }

  onResponseStart(
    controller: Dispatcher.DispatchController & { rawHeaders?: unknown },
    status: number,
  ): void {
    if (status < 200 || this.#over) return
    const { response, record, plan, corsHeaders } = this.#exchange
    this.#origin?.succeeded()
    record.upstreamMs = performance.now() - this.#startedMs
    // undici hands the list over as it came from the wire: names and values in turn.
    const raw = (controller.rawHeaders ?? []) as readonly Buffer[]
    const answer = answerHead(raw, plan.answer, corsHeaders)
    try {
      if (raw.some((part, i) => i % 2 === 0 && part.toString('latin1').toLowerCase() === 'date'))
        response.sendDate = false
      response.writeHead(status, answer.headers)
    } catch {
      controller.abort(new Error('the upstream sent a head that cannot be relayed'))
      return this.#fail('upstream_protocol', 'The upstream sent an answer that cannot be relayed')
    }
    this.#headSent = true
    record.status = status
    if (answer.isEventStream) this.#openStream()
    else this.#armIdle()
    response.flushHeaders()
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const { response, record } = this.#exchange
    if (this.#over) return
    record.bytesOut += chunk.length
    this.#timer?.refresh()
    if (response.write(chunk)) return
    controller.pause()
    response.once('drain', () => controller.resume())
  }

  onResponseEnd(): void {
    if (this.#over) return
    this.#finish()
    this.#exchange.response.end()
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.#over) return
    const code = upstreamCode(error)
    if (!this.#headSent && this.#mayRetry(error)) return this.#again()
    if (code === 'upstream_unreachable') this.#origin?.failed()
    this.#fail(code, faultDetails[code])
  }

  /** Once, only while nothing was answered, and only where asking twice changes nothing. */
  #mayRetry(error: Error): boolean {
    const { head, plan } = this.#exchange
    const hasBody = head.chunked || (head.contentLength ?? 0) > 0
    const code = 'code' in error ? error.code : undefined
    if (code === 'ECONNREFUSED' && !this.#moved && plan.upstream.options.origins.length > 1 && !hasBody) {
      this.#moved = true
      return true
    }
    if (this.#retried || hasBody || !idempotent.has(head.method)) return false
    this.#retried = true
    return code === 'ECONNRESET' || code === 'UND_ERR_SOCKET'
  }

  #again(): void {
    this.#origin?.failed()
    this.#origin?.leave()
    this.#origin = undefined
    this.start()
  }

  #bodyChunk(bytes: number): void {
    const { record, plan } = this.#exchange
    record.bytesIn += bytes
    if (this.#over || record.bytesIn <= plan.bodyLimitBytes) return
    this.#fail('body_too_large', 'The request body is larger than limits.bodyBytes')
  }

  #armResponse(): void {
    const { responseMs } = this.#exchange.plan.timeouts
    this.#timer = setTimeout(
      () => this.#fail('upstream_timeout', 'The upstream sent no answer in time'),
      responseMs,
    )
  }

  #armIdle(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#cut(), this.#exchange.plan.timeouts.idleMs)
  }

  #openStream(): void {
    const { plan, expiresAtMs, stillAllowed, streams, response } = this.#exchange
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#endStream(), plan.timeouts.streamMs)
    response.socket?.setNoDelay(true)
    this.#stream = { kind: 'event-stream', expiresAtMs, stillAllowed, end: () => this.#endStream() }
    streams.add(this.#stream)
  }

  #endStream(): void {
    if (this.#over) return
    this.#finish()
    this.#controller?.abort(new Error('the event stream has ended'))
    this.#exchange.response.end()
  }

  #clientClosed(): void {
    if (this.#over) return
    const { record } = this.#exchange
    record.code ??= 'client_closed'
    if (!this.#headSent) record.status = 499
    this.#finish()
    this.#controller?.abort(new Error('the client has left'))
  }

  #fail(code: Code, detail: string): void {
    if (this.#over) return
    if (this.#headSent) return this.#cut(code)
    this.#finish()
    this.#exchange.refuse(code, detail)
    this.#controller?.abort(new Error(detail))
  }

  /** A cut answer must not look complete: the client's connection goes. */
  #cut(code: Code = 'upstream_timeout'): void {
    if (this.#over) return
    this.#exchange.record.code = code
    this.#finish()
    this.#controller?.abort(new Error('the answer was cut'))
    this.#exchange.response.destroy()
  }

  #finish(): void {
    this.#over = true
    clearTimeout(this.#timer)
    this.#origin?.leave()
    if (this.#stream !== undefined) this.#exchange.streams.remove(this.#stream)
  }
}

const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

const faultDetails = {
  upstream_unreachable: 'The upstream cannot be reached; check that it runs and that its address is right',
  upstream_protocol: 'The upstream sent an answer that is not well-formed HTTP/1.1',
} as const
