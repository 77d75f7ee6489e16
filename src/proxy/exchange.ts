import type { IncomingMessage } from 'node:http'
import type { AccessRequest } from '../access/authorize.ts'
import type { Code } from '../errors.ts'
import type { RecordKeeper } from '../log/request-record.ts'
import type { AccessToken } from '../token/access-token.ts'
import type { ExchangeTimeouts, Upstream } from '../upstream/upstream.ts'
import type { OpenStreams } from './open-streams.ts'
import type { ResponseRules } from './response-head.ts'

/** The way in which the allowed requests of one route are forwarded. It is built when the file loads. */
export type ForwardPlan = {
  readonly upstream: Upstream
  readonly timeouts: ExchangeTimeouts
  readonly bodyLimitBytes: number
  /** The least pace of a request body, in bytes a second; 0 for none. */
  readonly bodyRateBytes: number
  readonly response: ResponseRules
}

/**
 * One allowed request on its way. It has everything that the exchange needs, and nothing that it must decide.
 */
export type Exchange = {
  readonly request: IncomingMessage
  /** The question that was answered with yes. It is asked again about open streams. */
  readonly asked: AccessRequest
  /** Path and query for the upstream, as they go on the wire. */
  readonly target: string
  /** The upstream request's complete header list, without Transfer-Encoding, which undici writes. */
  readonly headers: string[]
  readonly plan: ForwardPlan
  /** CORS headers of the response; when present, the upstream's own Access-Control-* are dropped. */
  readonly corsHeaders: readonly string[] | undefined
  readonly record: RecordKeeper
  /** An event stream or a WebSocket ends when it expires. */
  readonly token: AccessToken | undefined
  readonly streams: OpenStreams
  readonly rules: Rules
}

/** The rules that allowed an exchange. */
export type Rules = {
  /** Asks the rules that are in force now about an event stream or a WebSocket. */
  stillAllow(asked: AccessRequest): boolean | Promise<boolean>
  /** True when a cut-off withdraws the token. */
  revokes(token: AccessToken): boolean
  /** A reload has put other rules in force. */
  readonly stale: boolean
}

/** Answers with a problem, in the gateway's own words. It must not be called once a head was sent. */
export type Refuse = (code: Code, detail: string) => void
