import type { IncomingMessage } from 'node:http'
import type { Code } from '../errors.ts'
import type { RequestHead } from '../http/request-head.ts'
import type { RequestRecord } from '../log/decision-log.ts'
import type { ExchangeTimeouts, Upstream } from '../upstream/upstream.ts'
import type { OpenStreams } from './open-streams.ts'
import type { AnswerRules } from './response-head.ts'

/** How an allowed request of one route is forwarded; built when the file loads. */
export type ForwardPlan = {
  readonly upstream: Upstream
  readonly timeouts: ExchangeTimeouts
  readonly bodyLimitBytes: number
  readonly answer: AnswerRules
}

/** One allowed request on its way: everything that the exchange needs, nothing that it must decide. */
export type Exchange = {
  readonly request: IncomingMessage
  readonly head: RequestHead
  /** Path and query for the upstream, as they go on the wire. */
  readonly target: string
  /** The upstream request's complete header list, less Transfer-Encoding, which undici writes. */
  readonly headers: string[]
  readonly plan: ForwardPlan
  /** CORS headers of the answer; when present, the upstream's own Access-Control-* are dropped. */
  readonly corsHeaders: readonly string[] | undefined
  readonly record: RequestRecord
  /** When an event stream must end. */
  readonly expiresAtMs: number | undefined
  readonly streams: OpenStreams
  readonly rules: Rules
}

/** The rules that allowed an exchange. */
export type Rules = {
  /** For event streams and WebSockets: asks those that are in force now. */
  stillAllow(exchange: Exchange): boolean | Promise<boolean>
  /** A reload has put others in force. */
  readonly stale: boolean
}

/** Answers with a problem, in the gateway's own words; only before a head was sent. Sets `record.status` and `record.code`. */
export type Refuse = (code: Code, detail: string) => void
