import { signsConnectionIn } from '../http/connection-auth.ts'
import type { ClientAddress } from '../http/forwarded.ts'
import type { ReceivedTarget } from '../http/received-target.ts'
import type { RequestHead } from '../http/request-head.ts'
import type { Requirement } from '../route/requirement.ts'
import type { RouteMiss, RouteTable, TableRoute } from '../route/table.ts'
import type { AccessToken, TokenKind } from '../token/access-token.ts'
import { findToken, type TokenSource } from '../token/source.ts'
import type { Verification } from '../token/verification.ts'
import type { Verifier } from '../token/verifier.ts'
import type { AddressRules } from './address-rules.ts'
import { type DecidedRoute, type Decision, decide, type Refusal } from './decision.ts'
import type { Discovery } from './discovery.ts'

/** As much of a route as the question needs. The gateway's own route type extends it. */
export type AccessRoute = TableRoute &
  DecidedRoute & {
    readonly api: string
    /** Undefined only where every route of the API is public. */
    readonly verifier: Verifier | undefined
    readonly websocket: boolean
    /** Undefined where the metadata of the API is not published. */
    readonly discovery: Discovery | undefined
    /** The fate of the client's Authorization on its way to the upstream. */
    readonly authorization: { readonly kind: 'strip' | 'forward' | 'fixed' }
  }

/** Everything that the question is about. Whoever asks it, asks with this value. */
export type AccessRequest = {
  readonly head: RequestHead
  readonly target: ReceivedTarget
  /** The client that asks: clients take turns at the cryptography. */
  readonly client: ClientAddress
  /** Milliseconds since the epoch. */
  readonly nowMs: number
}

/**
 * Asks the whole question: may this request pass? Answers at once when it can (public, refused early, token
 * in the cache), with a promise only when it must wait for the issuer or for cryptography. Never rejects.
 */
export function authorize<R extends AccessRoute>(
  table: RouteTable<R>,
  { head, target, client, nowMs }: AccessRequest,
  addresses?: AddressRules,
): Decision<R> | Promise<Decision<R>> {
  const elsewhere = addresses?.refusal(head.hostName, target.path, client.address)
  if (elsewhere !== undefined) return elsewhere
  const route = table.find(head.hostName, target, head.method)
  if (route.kind === 'miss') return missed(route)
  if (head.upgrade && !route.websocket) return upgradeRefused(route)
  if (route.authorization.kind === 'forward' && signsConnectionIn(head.authorization ?? ''))
    return connectionAuthRefused(route)
  if (route.requirement.kind === 'public') return { outcome: 'allow', route }

  const source = findToken(head, target.queryHoldsToken)
  if (source.kind === 'none' || isNone(source, route)) return withoutToken(route)
  if (source.kind === 'malformed') return refusal(route, 'invalid_request', source.detail)
  if (route.verifier === undefined) return noIssuer(route)

  const verification = route.verifier.verify(source.token, nowMs, client.address)
  if (!(verification instanceof Promise)) return verified(route, target.path, verification)
  return verification.then((late) => verified(route, target.path, late))
}

/** Every scope that a challenge for this requirement names: the first set of `anyOf`. */
export function challengedScopes(requirement: Requirement): readonly string[] {
  return requirement.kind === 'scopes' ? (requirement.anyOf[0] ?? []) : []
}

/** A client that finds the metadata by the 401 signs in, where a 400 would only stop it. */
function isNone(source: TokenSource, { discovery }: AccessRoute): boolean {
  return discovery !== undefined && source.kind === 'malformed' && source.isEmpty
}

function missed<R>(miss: RouteMiss): Refusal<R> {
  return {
    outcome: 'refuse',
    code: miss.code,
    detail: miss.detail,
    api: miss.api,
    pattern: miss.pattern,
    allow: miss.allow,
  }
}

function withoutToken<R extends AccessRoute>(route: R): Decision<R> {
  if (route.requirement.kind === 'optional') return { outcome: 'allow', route }
  return refusal(
    route,
    'token_missing',
    'This route needs an access token: send it in the header Authorization: Bearer',
  )
}

function verified<R extends AccessRoute>(route: R, path: string, verification: Verification): Decision<R> {
  if (!verification.verified) return refusal(route, verification.code, verification.detail, verification)
  const { token, cache } = verification
  const shortfall = decide(route, token, path)
  if (shortfall === undefined) return { outcome: 'allow', route, token, cache }
  return refusal(route, shortfall.code, shortfall.detail, { token, tokenKind: token.kind, cache })
}

function upgradeRefused<R extends AccessRoute>(route: R): Refusal<R> {
  return refusal(
    route,
    'unsupported_upgrade',
    'This route does not take WebSockets; websocket: true at the route opens it',
  )
}

/** Everybody who is served over the same connection would be this user to the upstream. */
function connectionAuthRefused<R extends AccessRoute>(route: R): Refusal<R> {
  return refusal(
    route,
    'unsupported_credentials',
    'NTLM, Negotiate and Kerberos sign a connection in, which clients share here: use another scheme',
  )
}

function noIssuer<R extends AccessRoute>(route: R): Refusal<R> {
  return refusal(route, 'invalid_token', 'No issuer is configured for this API')
}

/** Everything that is known of a token that was not enough. */
type About = {
  readonly token?: AccessToken
  readonly tokenKind?: TokenKind
  readonly cache?: 'hit' | 'miss'
  readonly retryAfterSeconds?: number
  readonly description?: string
}

/**
 * Spells out every member: refusals that were put together by spreading took a tenth of a refused request.
 */
function refusal<R extends AccessRoute>(
  route: R,
  code: Refusal<R>['code'],
  detail: string,
  { token, tokenKind, cache, retryAfterSeconds, description }: About = {},
): Refusal<R> {
  return {
    outcome: 'refuse',
    code,
    detail,
    api: route.api,
    route,
    token,
    tokenKind,
    cache,
    retryAfterSeconds,
    description,
    scopesNeeded: scopesNamed(route, token),
  }
}

/** The scopes that a challenge for want of one names. */
function scopesNamed({ requirement, discovery }: AccessRoute, token: AccessToken | undefined): string {
  const needed = challengedScopes(requirement)
  return discovery === undefined || token === undefined
    ? needed.join(' ')
    : discovery.scopesFor(needed, token.scopes)
}
