import type { IssuerOptions } from '../../issuer/options.ts'
import type { Claims } from '../access-token.ts'
import { type Audience, audiencesOf, organizationsOf } from '../audience.ts'
import { claimEquals, findClaim } from '../claim.ts'
import type { TokenOptions } from '../options.ts'
import type { Check } from '../verification.ts'
import { looksLikeIdToken } from './id-token.ts'

export type ClaimRules = {
  readonly issuer: IssuerOptions
  readonly audience: Audience
  readonly tokens: TokenOptions
  readonly nowMs: number
}

/**
 * The first fault in the claims of a JWT whose signature verified (RFC 9068 section 4); undefined when there
 * is none.
 */
export function claimsFault(type: string, claims: Claims, rules: ClaimRules): Check | undefined {
  return (
    issuerFault(claims, rules.issuer) ??
    audienceFault(claims, rules) ??
    timeFault(claims, rules) ??
    subjectFault(claims) ??
    bindingFault(claims) ??
    kindFault(type, claims, rules) ??
    profileFault(type, claims, rules.issuer)
  )
}

/** The first fault in what the issuer says of an opaque token, which it was asked about by its own text. */
export function opaqueFault(members: Claims, rules: ClaimRules): Check | undefined {
  return timeFault(members, rules) ?? subjectFault(members) ?? bindingFault(members)
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

/** `iss` must be a configured one, exactly (RFC 9068 section 4). */
export function issuerFault({ iss }: Claims, { issuer, also = [] }: IssuerOptions): Check | undefined {
  return iss === issuer || (typeof iss === 'string' && also.includes(iss)) ? undefined : 'issuer'
}

function audienceFault(claims: Claims, { issuer, audience }: ClaimRules): Check | undefined {
  const { aud } = claims
  if (aud === undefined) return mayLackAudience(claims, issuer, audience) ? undefined : 'audienceMissing'
  const audiences = audiencesOf(aud)
  const organizations = organizationsOf(aud)
  if (audience.organizationTokens === true && organizations.length > 0)
    return organizationFault(claims, organizations)
  if (audience.values.some((value) => audiences.includes(value))) return undefined
  if (organizations.length > 0) return 'organizationToken'
  const wanted = audience.values.map(withoutSlash)
  const isSlashed = (value: unknown) => typeof value === 'string' && wanted.includes(withoutSlash(value))
  return audiences.some(isSlashed) ? 'audienceSlash' : 'audience'
}

/** One organization alone, by whichever claim it is named. */
function organizationFault(claims: Claims, [id = '', ...more]: readonly string[]): Check | undefined {
  if (id === '' || more.length > 0) return 'organizations'
  const named = claims['organization_id']
  return named === undefined || named === id ? undefined : 'organizations'
}

function withoutSlash(value: string): string {
  return value.endsWith('/') ? value.slice(0, -1) : value
}

/** Without a claim that marks access tokens, an ID token would pass as soon as it has no `aud`. */
function mayLackAudience(claims: Claims, issuer: IssuerOptions, { clients = [] }: Audience): boolean {
  const clientId = findClaim(claims, issuer.claims.clientId)
  return issuer.accessToken !== undefined && typeof clientId === 'string' && clients.includes(clientId)
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

export function subjectFault({ sub }: Claims): Check | undefined {
  if (sub === undefined) return 'subjectMissing'
  if (typeof sub !== 'string' || sub === '' || sub.length > 255) return 'subject'
  return unsafeSubject.test(sub) ? 'subject' : undefined
}

/**
 * RFC 9449 section 7.2, RFC 8705 section 3: a thief cannot use a bound token, but could if it passed as
 * Bearer.
 */
function bindingFault(claims: Claims): Check | undefined {
  return 'cnf' in claims ? 'bound' : undefined
}

/**
 * Is it an access token? The type `at+jwt` says so by itself (RFC 9068 section 2.1); others are looked at.
 */
function kindFault(type: string, claims: Claims, { issuer, audience }: ClaimRules): Check | undefined {
  if (issuer.accessToken !== undefined) {
    const isMarked = issuer.accessToken.where.every(({ claim, values }) =>
      values.some((value) => claimEquals(findClaim(claims, claim), value)),
    )
    return isMarked ? undefined : 'notMarked'
  }
  if (type === 'at+jwt') return undefined
  return looksLikeIdToken(claims, issuer, audience.values) ? 'idToken' : undefined
}

/** RFC 9068 section 2.2. */
function profileFault(type: string, claims: Claims, issuer: IssuerOptions): Check | undefined {
  if (type !== 'at+jwt') return undefined
  if (claims['iat'] === undefined) return 'issuedAtMissing'
  if (!isText(claims['jti'])) return 'tokenIdMissing'
  return isText(findClaim(claims, issuer.claims.clientId)) ? undefined : 'clientMissing'
}

function isText(claim: unknown): boolean {
  return typeof claim === 'string' && claim !== ''
}
