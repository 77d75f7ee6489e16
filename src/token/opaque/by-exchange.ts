import { EndpointFault } from '../../issuer/endpoint-fault.ts'
import { type Asking, introspect } from '../../issuer/introspection.ts'
import { exchangeToken } from '../../issuer/token-exchange.ts'
import type { AccessToken } from '../access-token.ts'
import type { CachedToken } from '../cache.ts'
import { claimsWithout, ownClaims } from '../claim.ts'
import { formOf } from '../form.ts'
import type { ClaimRules } from '../jwt/claims.ts'
import type { VerifiedJwt } from '../jwt/verify.ts'
import { refuse, type Unverified } from '../verification.ts'
import type { Asked, AskedToken } from './asked.ts'
import { introspected } from './introspected.ts'
import type { ExchangeOptions } from './options.ts'

export type Exchange = {
  readonly rules: ClaimRules
  readonly opaque: ExchangeOptions
  readonly asking: Asking
  /** Verifies the JWT in the answer like any other. */
  readonly verifyJwt: (tokenText: string) => Promise<VerifiedJwt | Unverified>
}

/**
 * An opaque token as the JWT for which the issuer exchanges it. It is introspected first: a token of a client
 * that is not admitted is never exchanged, since each exchange leaves a row in Logto. `known` is what an
 * earlier exchange brought, which is kept as long as the introspection still agrees.
 */
export async function verifyByExchange(
  tokenText: string,
  exchange: Exchange,
  known: CachedToken | undefined,
): Promise<Asked> {
  const { rules, opaque, asking } = exchange
  const introspection = await introspect(tokenText, asking)
  if (!introspection.active) return refuse('inactive', 'opaque')
  const subject = introspected(introspection.members, rules)
  if ('detail' in subject) return subject
  const { token } = subject
  const { clientId = '' } = token
  if (!opaque.clients.includes(clientId)) return subject
  const jwt = isStillOf(known, token) ? known : await exchanged(tokenText, 'accessToken', exchange)
  if ('detail' in jwt) return jwt
  if (jwt.token.subject !== token.subject)
    throw new EndpointFault('the exchanged access token names another sub than the introspection')
  return { ...jwt, token: ofSubject(jwt.token, token) }
}

/** A personal access token: Logto cannot introspect it, and it names no client. */
export async function verifyPersonalToken(tokenText: string, exchange: Exchange): Promise<Asked> {
  const jwt = await exchanged(tokenText, 'personalAccessToken', exchange)
  if ('detail' in jwt) return jwt
  const { token } = jwt
  const claims = claimsWithout(token.claims, ['client_id', exchange.rules.issuer.claims.clientId])
  const personal: AccessToken = { ...token, kind: 'personal', clientId: undefined, claims }
  // It is not asked about again: each time would be another exchange.
  return { ...jwt, token: personal }
}

async function exchanged(
  subjectToken: string,
  subjectTokenType: 'accessToken' | 'personalAccessToken',
  { opaque, asking, verifyJwt, rules }: Exchange,
): Promise<AskedToken | Unverified> {
  const { resource, scopes } = opaque
  const answer = await exchangeToken({ subjectToken, subjectTokenType, resource, scopes }, asking)
  if (answer.kind === 'refused') return refuse('exchangeRefused', 'opaque')
  if (formOf(answer.accessToken, rules.issuer.isLogto) !== 'jwt')
    throw new EndpointFault('the token endpoint answered an exchange with something else than a JWT')
  const verified = await verifyJwt(answer.accessToken)
  if (!('detail' in verified)) return requireOwnClient(verified, asking.client.id)
  if (verified.code !== 'invalid_token') return { ...verified, tokenKind: 'opaque' }
  throw new EndpointFault(`the exchanged access token is refused: ${verified.detail}`)
}

function requireOwnClient(jwt: VerifiedJwt, own: string): VerifiedJwt {
  if (jwt.token.clientId === own) return jwt
  throw new EndpointFault('the exchanged access token names another client than issuer.client')
}

function isStillOf(known: CachedToken | undefined, { subject }: AccessToken): known is CachedToken {
  return known?.token.kind === 'exchanged' && known.token.subject === subject
}

/** The permissions of the JWT, for the client and the time of the token that was exchanged for it. */
function ofSubject(jwt: AccessToken, subject: AccessToken): AccessToken {
  const { clientId } = subject
  return {
    ...jwt,
    kind: 'exchanged',
    clientId,
    claims: ownClaims(jwt.claims, { client_id: clientId, iat: subject.claims['iat'] }),
    expiresAtMs: Math.min(jwt.expiresAtMs, subject.expiresAtMs),
    ...(subject.believedUntilMs !== undefined && { believedUntilMs: subject.believedUntilMs }),
  }
}
