import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { authorize } from '../access/authorize.ts'
import type { Decision, Refusal } from '../access/decision.ts'
import { createRefusalAnswers } from '../access/refusal-response.ts'
import type { Config } from '../config/config.ts'
import { isPreflight } from '../http/cors.ts'
import { createForwardedPolicy } from '../http/forwarded.ts'
import { createHeaderPolicy } from '../http/header-policy.ts'
import type { Answer } from '../http/problem.ts'
import { queryOverridesMethod } from '../http/query.ts'
import { hasBody, type RequestHead, readRequestHead } from '../http/request-head.ts'
import { parseRequestTarget, type RequestTarget } from '../http/request-target.ts'
import { reply, replyOnSocket } from '../http/send.ts'
import { createDecisionLog, startRecord } from '../log/decision-log.ts'
import type { Exchange, Refuse, Rules } from '../proxy/exchange.ts'
import { forward, type Running } from '../proxy/http.ts'
import { tunnel } from '../proxy/websocket.ts'
import { type CompiledRoute, compileRules } from './compile.ts'
import { upstreamHeaders, upstreamTarget } from './exchange.ts'
import type { Runtime } from './runtime.ts'
import { recordClientGone, recordDecision, recordProblem, type Visit } from './visit.ts'

/** An immutable snapshot of one configuration, ready to take requests. A reload makes a new one. */
export type Gateway = {
  handle(request: IncomingMessage, response: ServerResponse): void
  upgrade(request: IncomingMessage, socket: Duplex, early: Buffer): void
  /** Asks these rules about a request that is already being served. */
  allows(head: RequestHead, rawTarget: string): boolean | Promise<boolean>
  readonly routes: readonly CompiledRoute[]
  /** Gives its keys and connections back, once the last request that came in under these rules is over. */
  close(): void
}

export type GatewayOptions = {
  readonly config: Config
  readonly runtime: Runtime
  /** The gateway in force at the time of the call: open streams are decided again by it. */
  readonly current: () => Gateway
  /** Of the public listener. */
  readonly port: () => number
}

/** Compiles a configuration. Throws when something in it cannot be built; then the runtime is as it was. */
export function createGateway(options: GatewayOptions): Gateway {
  const { config, runtime } = options
  const rules = compileRules(config, runtime)
  const headerPolicy = createHeaderPolicy({
    identityHeaders: config.apis.flatMap((api) => api.identityHeaders.map(({ header }) => header)),
    ...config.identity,
  })
  const forwarded = createForwardedPolicy({
    trustedProxies: config.trustedProxies,
    tls: config.tls !== undefined,
    port: options.port,
  })
  const log = createDecisionLog(runtime.log, config.log)
  const refusalAnswer = createRefusalAnswers(config.publicUrl ?? 'scopegate')

  /** Requests under these rules that are not over. */
  let visits = 0
  /** A reload has put other rules in force. */
  let closed = false

  /** Reads the head; the answer is a visit, or a refusal and the record that goes with it. */
  function enter(request: IncomingMessage, ignoreForeignUpgrade: boolean): Visit | Turned {
    const startedMs = performance.now()
    const method = request.method ?? ''
    const peer = request.socket.remoteAddress ?? ''
    const limits = { headerCount: config.limits.headerCount, ignoreForeignUpgrade }
    const head = readRequestHead(method, request.httpVersion, request.rawHeaders, limits)
    if ('code' in head) {
      const record = startRecord(randomUUID(), method)
      record.remote = peer
      return turn(record, { outcome: 'refuse', ...head })
    }
    const client = forwarded.client(peer, request.rawHeaders, head.host)
    const record = startRecord(head.requestId ?? randomUUID(), method)
    record.remote = client.address
    return { request, head, client, record, startedMs }
  }

  function turn(record: Turned['record'], refusal: Refusal<CompiledRoute>): Turned {
    recordProblem(record, refusal.code, refusal.detail)
    return { refusal, record }
  }

  /** Sections 1 and 2 of a request with a readable head: its target, or why not. */
  function aim(visit: Visit): RequestTarget | Refusal<CompiledRoute> {
    const raw = visit.request.url ?? ''
    if (raw.length > config.limits.targetBytes) return targetTooLong
    const target = parseRequestTarget(raw, visit.head.method, visit.head.host)
    if ('code' in target) return { outcome: 'refuse', ...target }
    visit.record.path = target.path
    if (target.query !== undefined && queryOverridesMethod(visit.head.method, target.query)) return overridden
    return target
  }

  function corsHeaders(head: RequestHead, path: string | undefined): readonly string[] {
    if (path === undefined) return []
    const api = rules.table.findApi(head.hostName, path)
    return (api === undefined ? undefined : rules.apis.get(api)?.cors?.headers(head.origin)) ?? []
  }

  function plainAnswer({ refusal, record }: Turned): Answer {
    return refusalAnswer(refusal, { requestId: record.requestId, corsHeaders: [] })
  }

  function answerTo(visit: Visit, refusal: Refusal<CompiledRoute>): Answer {
    const { head, record } = visit
    return refusalAnswer(refusal, {
      requestId: record.requestId,
      corsHeaders: corsHeaders(head, record.path),
    })
  }

  function preflight(head: RequestHead, target: RequestTarget): Answer | undefined {
    if (!isPreflight(head) || target.irregularities !== 0) return undefined
    const found = rules.table.findPath(head.hostName, target.path)
    const cors = found && rules.apis.get(found.api)?.cors
    return found && cors?.preflight(head, [...found.path.methods.keys()])
  }

  /** One request, whatever it came through. A fault of the gateway's own costs that request, never the process. */
  function serve(visit: Visit | Turned, door: Door): void {
    if ('refusal' in visit) return door.answer(plainAnswer(visit), true)
    try {
      const deciding = consider(visit, door)
      if (deciding instanceof Promise) deciding.catch((fault) => fail(visit, door, fault))
    } catch (fault) {
      fail(visit, door, fault)
    }
  }

  function fail({ record }: Visit, door: Door, fault: unknown): void {
    runtime.log.error({ requestId: record.requestId, fault: describeFault(fault) }, 'a request failed')
    recordProblem(record, fault500.code, fault500.detail)
    door.answer(plainAnswer({ refusal: fault500, record }), true)
  }

  function consider(visit: Visit, door: Door): void | Promise<void> {
    const target = aim(visit)
    if ('outcome' in target) return refuse(visit, door, target, true)
    const preflighted = preflight(visit.head, target)
    if (preflighted !== undefined) {
      visit.record.outcome = 'allow'
      return door.answer(preflighted, hasUnreadBody(visit))
    }
    const decision = authorize(rules.table, visit.head, target, Date.now(), visit.client.address)
    if (decision instanceof Promise) return decision.then((late) => act(visit, door, late))
    return act(visit, door, decision)
  }

  function act(visit: Visit, door: Door, decision: Decision<CompiledRoute>): void {
    recordDecision(visit.record, decision, performance.now() - visit.startedMs)
    if (decision.outcome === 'refuse') return refuse(visit, door, decision, hasUnreadBody(visit))
    door.pass(exchangeFor(visit, decision), (code, detail) =>
      refuse(visit, door, { outcome: 'refuse', code, detail, route: decision.route }, hasUnreadBody(visit)),
    )
  }

  function refuse(visit: Visit, door: Door, refusal: Refusal<CompiledRoute>, closing: boolean): void {
    recordProblem(visit.record, refusal.code, refusal.detail)
    door.answer(answerTo(visit, refusal), closing)
  }

  function exchangeFor(visit: Visit, decision: Allowed): Exchange {
    const { route, token, target } = decision
    const { request, head, record } = visit
    return {
      request,
      head,
      record,
      target: upstreamTarget(target, route.stripPrefix),
      headers: upstreamHeaders(headerPolicy, visit, decision),
      plan: route.plan,
      corsHeaders: rules.apis.get(route.api)?.cors?.headers(head.origin),
      expiresAtMs: token?.expiresAtMs,
      streams: runtime.streams,
      rules: ownRules,
    }
  }

  const ownRules: Rules = {
    stillAllow: ({ head, request }) => options.current().allows(head, request.url ?? ''),
    get stale() {
      return closed
    },
  }

  function leave(): void {
    visits -= 1
    if (closed && visits === 0) rules.release()
  }

  return {
    routes: rules.routes,

    close() {
      closed = true
      if (visits === 0) rules.release()
    },

    allows(head, rawTarget) {
      const target = parseRequestTarget(rawTarget, head.method, head.host)
      if ('code' in target) return false
      const decision = authorize(rules.table, head, target, Date.now())
      if (decision instanceof Promise) return decision.then(({ outcome }) => outcome === 'allow')
      return decision.outcome === 'allow'
    },

    handle(request, response) {
      visits += 1
      const visit = enter(request, true)
      const { record } = visit
      let running: Running | undefined
      response.on('close', () => {
        running?.clientClosed()
        if (record.status === 0) recordClientGone(record)
        log(record)
        leave()
      })
      serve(visit, {
        answer: (answer, closing) => respond(response, record, answer, closing),
        pass: (exchange, refuse) => {
          running = forward(exchange, response, refuse)
        },
      })
    },

    upgrade(request, socket, early) {
      visits += 1
      const visit = enter(request, false)
      const { record } = visit
      const done = () => {
        if (record.status === 0) recordClientGone(record)
        log(record)
        leave()
      }
      // Without a listener a reset connection would end the process.
      socket.on('error', () => socket.destroy())
      serve(visit, {
        answer: (answer) => {
          record.status = answer.status
          replyOnSocket(socket, answer)
          done()
        },
        pass: (exchange, refuse) => tunnel(exchange, { socket, early, done }, refuse),
      })
    },
  }
}

/** How a request came in, and so how it is answered. */
type Door = {
  /** Answers in the gateway's own words; `closing` when the connection must not be used again. */
  answer(answer: Answer, closing: boolean): void
  pass(exchange: Exchange, refuse: Refuse): void
}

type Allowed = Extract<Decision<CompiledRoute>, { outcome: 'allow' }>

/** A request whose head could not be read. */
type Turned = { readonly refusal: Refusal<CompiledRoute>; readonly record: Visit['record'] }

const targetTooLong: Refusal<CompiledRoute> = {
  outcome: 'refuse',
  code: 'target_too_long',
  detail: 'The request target is longer than limits.targetBytes',
}
const overridden: Refusal<CompiledRoute> = {
  outcome: 'refuse',
  code: 'method_override',
  detail: 'The query parameter _method asks for another method than the one that was authorized',
}

const fault500: Refusal<CompiledRoute> = {
  outcome: 'refuse',
  code: 'internal_error',
  detail: 'The gateway failed at this request; its log has an entry with this request id',
}

/** Where it happened. The message is left out: it may quote what the client sent. */
function describeFault(fault: unknown): string {
  if (!(fault instanceof Error)) return typeof fault
  return [fault.name, ...(fault.stack ?? '').split('\n').slice(1, 6)].map((line) => line.trim()).join(' ')
}

function respond(response: ServerResponse, record: Visit['record'], answer: Answer, closing: boolean): void {
  if (response.headersSent) return void response.destroy()
  record.status = answer.status
  record.bytesOut = answer.body.length
  reply(response, answer, closing)
}

function hasUnreadBody({ request, head }: Visit): boolean {
  return !request.complete && hasBody(head)
}
