import type { IssuerOptions } from '../../issuer/options.ts'
import type { Claims } from '../access-token.ts'
import type { TokenOptions } from '../options.ts'
import type { Check } from '../verification.ts'

export type ClaimRules = {
  readonly issuer: IssuerOptions
  readonly resource: string
  readonly tokens: TokenOptions
  readonly nowMs: number
}

/**
 * The first fault in the claims of a JWT whose signature verified (RFC 9068 section 4); undefined when there
 * is none.
 */
export function claimsFault(type: string, claims: Claims, rules: ClaimRules): Check | undefined {
  return (
    originFault(claims, rules) ??
    timeFault(claims, rules) ??
    subjectFault(claims) ??
    profileFault(type, claims, rules.issuer)
  )
}

const dateClaims = ['exp', 'nbf', 'iat']

/** `1e400` is valid JSON and reads as Infinity: a token for ever. Seconds beyond 2^53 are no longer exact. */
export function dateFault(claims: Claims): Check | undefined {
  for (const name of dateClaims) {
    const value = claims[name]
    if (value !== undefined && !(typeof value === 'number' && Math.abs(value) < 2 ** 53)) return 'date'
  }
  return undefined
}

function originFault(claims: Claims, { issuer, resource }: ClaimRules): Check | undefined {
  if (claims['iss'] !== issuer.issuer) return 'issuer'
  return audiencesOf(claims).includes(resource) ? undefined : 'audience'
}

function audiencesOf(claims: Claims): readonly unknown[] {
  const { aud } = claims
  return Array.isArray(aud) ? aud : [aud]
}

function timeFault(claims: Claims, { tokens, nowMs }: ClaimRules): Check | undefined {
  const tolerance = tokens.clockToleranceMs
  const at = (name: string) => (typeof claims[name] === 'number' ? claims[name] * 1000 : undefined)
  const [exp, nbf, iat] = [at('exp'), at('nbf'), at('iat')]
  if (exp === undefined) return 'expiryMissing'
  if (exp + tolerance <= nowMs) return 'expired'
  if (nbf !== undefined && nbf - tolerance > nowMs) return 'notYetValid'
  if (iat !== undefined && iat - tolerance > nowMs) return 'issuedInFuture'
  return exp - (iat ?? nowMs) > tokens.maxLifetimeMs ? 'lifetime' : undefined
}

/**
 * The subject becomes a header. A value that servers trim or split, or that UTF-8 cannot carry (half of a
 * surrogate pair), would name somebody else there.
 */
const unsafeSubject = /[\u0000-\u001f\u007f-\u009f]|^\s|\s$|\p{Surrogate}/u

function subjectFault(claims: Claims): Check | undefined {
  const { sub } = claims
  if (typeof sub !== 'string' || sub === '' || sub.length > 255) return 'subject'
  return unsafeSubject.test(sub) ? 'subject' : undefined
}

function profileFault(type: string, claims: Claims, issuer: IssuerOptions): Check | undefined {
  // RFC 9449 section 7.2, RFC 8705 section 3: a thief cannot use a bound token, but could if it passed as
  // Bearer.
  if ('cnf' in claims) return 'bound'
  if (acceptsUntyped(issuer) && looksLikeIdToken(claims, issuer)) return 'idToken'
  if (type !== 'at+jwt') return undefined
  // RFC 9068 section 2.2
  if (claims['iat'] === undefined) return 'issuedAtMissing'
  if (!isText(claims['jti'])) return 'tokenIdMissing'
  return isText(claims[issuer.claims.clientId]) ? undefined : 'clientMissing'
}

function isText(claim: unknown): boolean {
  return typeof claim === 'string' && claim !== ''
}

/** True when `typ` does not tell access tokens of this issuer from ID tokens. */
function acceptsUntyped(issuer: IssuerOptions): boolean {
  return issuer.tokenTypes.includes('jwt') || issuer.tokenTypes.includes('none')
}

function looksLikeIdToken(claims: Claims, issuer: IssuerOptions): boolean {
  const clientId = claims[issuer.claims.clientId]
  return (
    'nonce' in claims ||
    'at_hash' in claims ||
    'c_hash' in claims ||
    (clientId !== undefined && audiencesOf(claims).includes(clientId))
  )
}
