import { EndpointFault } from '../../issuer/endpoint-fault.ts'
import type { IssuerOptions } from '../../issuer/options.ts'
import { printableText } from '../../issuer/printable-text.ts'
import { type AccessToken, believedMs, type Claims } from '../access-token.ts'
import { audiencesOf } from '../audience.ts'
import { claimsWithout, findClaim, ownClaims } from '../claim.ts'
import { type ClaimRules, dateFault, issuerFault, opaqueFault } from '../jwt/claims.ts'
import { uniteScopes } from '../scope.ts'
import { type Check, refuse, type Unverified } from '../verification.ts'
import type { AskedToken } from './asked.ts'

/**
 * The token that an introspection tells of, or why it is refused. Throws an `EndpointFault` when the answer
 * contradicts the configuration or itself.
 */
export function introspected(members: Claims, rules: ClaimRules): AskedToken | Unverified {
  const { issuer, tokens, nowMs } = rules
  // Of an active refresh token Logto tells the same, but for its type.
  if (!isBearer(members['token_type'], issuer)) return refuse('notAccessToken', 'opaque')
  requireSound(members, issuer)
  const fault = opaqueFault(members, rules) ?? audienceFault(members, rules)
  if (fault !== undefined) return refuse(fault, 'opaque')
  const clientId = findClaim(members, issuer.claims.clientId)
  const token: AccessToken = {
    kind: 'opaque',
    issuer: issuer.issuer,
    subject: String(members['sub']),
    clientId: typeof clientId === 'string' ? clientId : undefined,
    ...scopesAndClaims(members, rules),
    expiresAtMs: Number(members['exp']) * 1000 + tokens.clockToleranceMs,
    believedUntilMs: nowMs + believedMs,
  }
  return { token, keyThumbprint: '' }
}

function isBearer(type: unknown, { isLogto }: IssuerOptions): boolean {
  // It is optional (RFC 7662 section 2.2).
  if (type === undefined) return !isLogto
  return typeof type === 'string' && type.toLowerCase() === 'bearer'
}

function requireSound(members: Claims, issuer: IssuerOptions): void {
  const { iss, exp, sub } = members
  if ((iss !== undefined || issuer.isLogto) && issuerFault(members, issuer) !== undefined)
    throw new EndpointFault(
      `the introspection names another issuer, ${printableText(iss)}: write it under issuer.also, or correct ` +
        'issuer.introspectionEndpoint',
    )
  if (dateFault(members) !== undefined || exp === undefined)
    throw new EndpointFault('the introspection has no exp that is a number: choose another tokens.opaque')
  if (sub === undefined) throw new EndpointFault('the introspection has no sub: choose another tokens.opaque')
}

function audienceFault({ aud }: Claims, { audience, issuer }: ClaimRules): Check | undefined {
  if (aud === undefined || issuer.isLogto) return undefined
  return holdsAudience(aud, audience.values) ? undefined : 'audienceOfOpaque'
}

function holdsAudience(aud: unknown, values: readonly string[]): boolean {
  const audiences = audiencesOf(aud)
  return values.some((value) => audiences.includes(value))
}

/** The scopes of a token for no API, or for another one, say nothing here: `read` may be of anything. */
function scopesAndClaims(
  members: Claims,
  { issuer, audience }: ClaimRules,
): Pick<AccessToken, 'scopes' | 'claims'> {
  if (!issuer.isLogto && holdsAudience(members['aud'], audience.values))
    return {
      scopes: uniteScopes(issuer.claims.scope.map((name) => findClaim(members, name))),
      claims: ownClaims(members),
    }
  return { scopes: noScopes, claims: claimsWithout(members, ['scope', ...issuer.claims.scope]) }
}

const noScopes: ReadonlySet<string> = new Set()
