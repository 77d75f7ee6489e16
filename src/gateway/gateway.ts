import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type AccessRequest, authorize } from '../access/authorize.ts'
import type { Decision } from '../access/decision.ts'
import type { OwnEndpoint } from '../endpoint/own-endpoint.ts'
import { receiveTarget } from '../http/received-target.ts'
import { hasUnreadBody, preflightResponse, refuse, refuseFaulty } from './answer.ts'
import { type Asked, compileSnapshot, type GatewayOptions, type Snapshot } from './compile.ts'
import type { CompiledRoute } from './compile-route.ts'
import { type Allowed, exchangeFor } from './exchange.ts'
import { answerOwn } from './own-response.ts'
import { type ReceivedHead, receiveHead } from './receive.ts'
import { HttpReply, replyOnSocket, type Serving } from './reply.ts'
import { decisionFacts, type Visit } from './visit.ts'

/** One configuration, ready to take requests. It never changes: a reload makes a new one. */
export type Gateway = Asked & {
  readonly routes: readonly CompiledRoute[]
  readonly endpoints: readonly OwnEndpoint[]
  /** `onClosed` is called once, when the response or its connection is closed. */
  handle(request: IncomingMessage, response: ServerResponse, onClosed: () => void): Serving
  /** `early` holds the bytes that arrived behind the head. */
  upgrade(request: IncomingMessage, socket: Socket, early: Buffer): void
  /** Gives its keys and connections back once the last request that came in under these rules is over. */
  close(): void
}

/** Compiles a configuration. Throws when something in it cannot be built; then the runtime is as it was. */
export function createGateway(options: GatewayOptions): Gateway {
  const snapshot = compileSnapshot(options)
  return {
    routes: snapshot.rules.routes,
    endpoints: snapshot.endpoints?.all ?? [],
    authorize: (asked) => ask(snapshot, asked),
    close: () => snapshot.lease.end(),
    handle(request, response, onClosed) {
      const received = receiveHead(snapshot, request, false)
      const { record, startedMs } = received
      const reply = new HttpReply(response, record, () => {
        leave(snapshot, visit)
        onClosed()
      })
      const visit: Visit = { request, reply, record, startedMs }
      enter(snapshot, visit, received)
      return reply
    },
    upgrade(request, socket, early) {
      const received = receiveHead(snapshot, request, true)
      const { record, startedMs } = received
      const reply = replyOnSocket(socket, early, record, () => leave(snapshot, visit))
      const visit: Visit = { request, reply, record, startedMs }
      enter(snapshot, visit, received)
    },
  }
}

function ask({ rules, addresses }: Snapshot, asked: AccessRequest) {
  return authorize(rules.table, asked, addresses)
}

/** Lets a request in and serves it. Whatever is thrown on the way costs that request, never the process. */
function enter(snapshot: Snapshot, visit: Visit, received: ReceivedHead): void {
  snapshot.lease.enter()
  try {
    const serving = serve(snapshot, visit, received)
    if (serving instanceof Promise) serving.catch((fault) => refuseFaulty(snapshot, visit, fault))
  } catch (fault) {
    refuseFaulty(snapshot, visit, fault)
  }
}

function leave({ log, lease, chatGpt, runtime }: Snapshot, { record: keeper, startedMs }: Visit): void {
  const record = keeper.close()
  log(record)
  const tookMs = performance.now() - startedMs
  runtime.countRequest(record, tookMs / 1000)
  chatGpt?.over(keeper, tookMs)
  lease.leave()
}

/** Takes one request from its head to its decision. Returns a promise only when the decision must wait. */
function serve(snapshot: Snapshot, visit: Visit, received: ReceivedHead): void | Promise<void> {
  if ('fault' in received)
    return refuse(snapshot, visit, { outcome: 'refuse', ...received.fault }, { closing: true })

  const { head, client } = received
  snapshot.chatGpt?.received(visit.record, head)
  const target = receiveTarget(visit.request.url ?? '', head, snapshot.config.limits.targetBytes)
  if (target.path !== undefined) visit.record.targeted(target.path)
  if ('code' in target) {
    const { code, detail } = target
    return refuse(snapshot, visit, { outcome: 'refuse', code, detail }, { head, closing: true })
  }

  const own = snapshot.endpoints?.find(head, target)
  if (own !== undefined) return answerOwn(snapshot, visit, { head, target, client }, own)

  const preflight = preflightResponse(snapshot, { head, target, client })
  if (preflight !== undefined) {
    visit.record.passed()
    return visit.reply.send(preflight, hasUnreadBody(visit, head))
  }

  const asked = { head, target, client, nowMs: Date.now() }
  const decision = ask(snapshot, asked)
  if (!(decision instanceof Promise)) return carryOut(snapshot, visit, asked, decision)
  return decision.then((late) => carryOut(snapshot, visit, asked, late))
}

/**
 * Does what was decided: sends a refusal, or forwards an allowed request. Returns a promise only when the
 * profile of its user must be waited for.
 */
function carryOut(
  snapshot: Snapshot,
  visit: Visit,
  asked: AccessRequest,
  decision: Decision<CompiledRoute>,
): void | Promise<void> {
  visit.record.decided(decisionFacts(decision, performance.now() - visit.startedMs))
  snapshot.chatGpt?.decided(visit.record, decision)
  const { head } = asked
  if (decision.outcome === 'refuse')
    return refuse(snapshot, visit, decision, { head, closing: hasUnreadBody(visit, head) })
  const profile = profileOf(snapshot, decision, asked.nowMs)
  if (!(profile instanceof Promise)) return send(snapshot, visit, asked, decision, profile)
  return profile.then((late) => askAgain(snapshot, visit, asked, decision, late))
}

/** The token may have expired or been withdrawn while its request waited. */
async function askAgain(
  snapshot: Snapshot,
  visit: Visit,
  asked: AccessRequest,
  allowed: Allowed,
  profile: readonly string[],
): Promise<void> {
  const decision = await ask(snapshot, { ...asked, nowMs: Date.now() })
  const authMs = performance.now() - visit.startedMs
  if (decision.outcome === 'allow') {
    visit.record.waited(authMs)
    return send(snapshot, visit, asked, allowed, profile)
  }
  visit.record.decided(decisionFacts(decision, authMs))
  refuse(snapshot, visit, decision, { head: asked.head, closing: hasUnreadBody(visit, asked.head) })
}

const noProfile: readonly string[] = []

/** Nothing is looked up where no token was needed. */
function profileOf({ profiles }: Snapshot, { token }: Allowed, nowMs: number) {
  return profiles === undefined || token === undefined ? noProfile : profiles.headersFor(token, nowMs)
}

/** Does nothing when the client has left meanwhile. */
function send(
  snapshot: Snapshot,
  visit: Visit,
  asked: AccessRequest,
  allowed: Allowed,
  profile: readonly string[],
): void {
  const { head } = asked
  const { route } = allowed
  visit.reply.forward(exchangeFor(snapshot, visit, asked, allowed, profile), (code, detail) =>
    refuse(
      snapshot,
      visit,
      { outcome: 'refuse', code, detail, route },
      { head, closing: hasUnreadBody(visit, head) },
    ),
  )
}
