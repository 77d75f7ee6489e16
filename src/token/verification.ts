import type { UnavailableKeys, UnknownKey } from '../issuer/found-keys.ts'
import type { IssuerOptions } from '../issuer/options.ts'
import { printableText } from '../issuer/printable-text.ts'
import type { AccessToken, TokenKind } from './access-token.ts'

/**
 * A verified access token, or the reason why it is refused. `detail` names the check. It holds no token
 * content except the `iss` of a token whose signature verified.
 */
export type Verification = Verified | Unverified

export type Verified = {
  readonly verified: true
  readonly token: AccessToken
  readonly cache: 'hit' | 'miss'
}

export type Unverified =
  | {
      readonly verified: false
      readonly code: 'invalid_token'
      readonly detail: string
      /** The check alone, where the detail says more: a challenge never holds token content. */
      readonly description?: string
      readonly tokenKind: TokenKind
    }
  | Unavailable

/** The token may be right: the issuer or the load is at fault. */
export type Unavailable = {
  readonly verified: false
  readonly code: 'issuer_unavailable' | 'verification_busy'
  readonly detail: string
  readonly retryAfterSeconds: number
  readonly tokenKind: TokenKind
}

/**
 * The texts by which tokens are refused, one for each check, for the operator who must mend it. Each may
 * stand in an `error_description` (RFC 6750 section 3: ASCII without `"` and `\`).
 */
export const details = {
  tooLong: 'The access token is longer than tokens.maxBytes',
  placeholder:
    'The client sent a word such as undefined or null in place of an access token: it had none when it ' +
    'made the request',
  encrypted:
    'The access token is encrypted: only signed tokens are accepted. Usual cause: the client named no ' +
    'audience when it asked for the token (Auth0). Mend: let it name the identifier of this API as ' +
    'audience',
  malformed: 'The access token is not a well-formed JWT',
  notStrictJson:
    'The access token is not made of two JSON objects without duplicate members, or they are nested too deep',
  headerParameter:
    'The header of the access token holds crit, jku, x5u, jwk, b64, zip or cnf, which are not accepted',
  type: 'typ is not the one of an access token (issuer.tokenTypes); an ID token is none',
  algorithm: 'alg is not an accepted signature algorithm (issuer.algorithms)',
  algorithmOfKey: 'alg does not fit the key that kid names',
  keyIdForm: 'kid is not a text of 1 to 512 characters',
  keyIdMissing: 'kid is missing, and not exactly one published key fits alg',
  keyUnknown: 'kid names no key that the issuer has published for signatures',
  keyOfAnotherIssuer:
    'kid names no key that the issuer has published for signatures, and iss is not that issuer: the ' +
    'access token is from another one',
  signature: 'The signature of the access token does not verify',
  issuer: 'iss is not the configured issuer',
  audience:
    'aud does not contain the resource of this API: the client must ask for it, byte for byte as configured',
  audienceSlash:
    'aud differs from the resource of this API by a slash at the end: client, issuer and configuration ' +
    'must write it alike, byte for byte',
  audienceMissing:
    'aud is missing: the client must ask for the resource of this API. For an issuer whose access tokens ' +
    'have no aud see apis.*.audience',
  organizationToken:
    'This is a token for an organization of Logto, not for this API: the client must send the resource of ' +
    'this API together with organization_id in the token request',
  organizations:
    'This is a token for an organization of Logto, but it names none, or several: aud and organization_id ' +
    'must name the same one',
  expiryMissing: 'exp is missing',
  date: 'exp, nbf and iat must be finite numbers',
  expired: 'The access token has expired',
  notYetValid: 'The access token is not valid yet (nbf)',
  issuedInFuture: 'The access token was issued in the future (iat): compare the clocks of issuer and gateway',
  lifetime: 'The access token is valid for longer than tokens.maxLifetime',
  subject: 'sub is not a text of 1 to 255 characters without control characters and outer white space',
  subjectMissing: 'sub is missing: the access token does not say whom it was issued for',
  bound: 'The access token is bound to a key (cnf) and may not be sent as Bearer',
  issuedAtMissing: 'iat is missing',
  tokenIdMissing: 'jti is missing',
  clientMissing: 'client_id is missing, or is not a text (issuer.claims.clientId)',
  idToken:
    'This seems to be an ID token, not an access token: the client must send the access token. If it is ' +
    'one, name in issuer.accessToken a claim that the access tokens of this issuer have and its ID tokens ' +
    'lack',
  notMarked:
    'This is no access token: it lacks the claim that marks access tokens of this issuer ' +
    '(issuer.accessToken)',
  opaqueFromLogto:
    'Logto sent an opaque access token, which carries no permissions of this API. Usual causes: openid is ' +
    'in the requested scope without a resource in the token request, or no Default API is set. Mend: take ' +
    'openid out of the scope, or send the API identifier as resource in the token request, or set this ' +
    'API as Default API in the Logto Console',
  personalAccessToken:
    'This is a personal access token of Logto, which no API accepts as it is. Mend: exchange it for an ' +
    'access token at the token endpoint of Logto (token exchange), with the resource of this API',
  impersonationToken:
    'This is a subject token of Logto (impersonation), which no API accepts as it is. Mend: exchange it ' +
    'for an access token at the token endpoint of Logto (token exchange), with the resource of this API',
  notFromLogto:
    'This is no access token of Logto, neither a JWT nor an opaque one. Mend: send the member ' +
    'access_token of the token response, whole and unchanged',
  opaque:
    'The issuer sent an opaque access token, which cannot be verified here. Usual cause: the token ' +
    'request names no resource or audience. Mend: ask the issuer for a JWT access token for this API',
  keysMissing: 'The keys of the issuer have not been fetched yet',
  keysUnreachable: 'The keys of the issuer cannot be fetched at the moment',
  keysBusy: 'Too many requests wait for the keys of the issuer',
  inactive:
    'The issuer says that this opaque access token is not active: it has expired or was revoked, or its ' +
    'user is suspended or deleted',
  notAccessToken:
    'The issuer says that this is no access token (its token_type is not Bearer): a refresh token is for ' +
    'the token endpoint alone',
  openidMissing: 'The userinfo endpoint of the issuer refuses this access token: it lacks the scope openid',
  revoked:
    'The access token was revoked: it is from before its user, client or organization was cut off. The client ' +
    'must get a new one',
  exchangeRefused:
    'The issuer does not exchange this token: it has expired or was revoked, or its user is suspended or ' +
    'deleted',
  audienceOfOpaque: 'The issuer says that this access token is for another API (aud)',
  issuerSilent: 'The issuer cannot be asked about the access token at the moment',
  issuerBusy: 'Too many requests wait for what the issuer says of their access tokens',
  queueFull: 'Too many access tokens wait for their verification',
} as const satisfies Record<UnknownKey | UnavailableKeys, string> & Record<string, string>

export type Check = keyof typeof details

/** A full queue is worked off in about half a second. */
const queueRetryAfterSeconds = 1

export const queueFull: Unverified = {
  verified: false,
  code: 'verification_busy',
  detail: details.queueFull,
  retryAfterSeconds: queueRetryAfterSeconds,
  tokenKind: 'jwt',
}

export function keysUnavailable(reason: UnavailableKeys, retryAfterSeconds: number): Unverified {
  const detail = details[reason]
  return { verified: false, code: 'issuer_unavailable', detail, retryAfterSeconds, tokenKind: 'jwt' }
}

export function refuse(check: Check, tokenKind: TokenKind = 'jwt'): Unverified {
  return { verified: false, code: 'invalid_token', detail: details[check], tokenKind }
}

/** Names of the issuer that are printed in one detail. */
const mostPrinted = 3

/**
 * Prints both sides, since they differ in a way that nobody guesses, and neither is a secret. The received
 * `iss` comes from a token whose signature verified; it is bounded all the same.
 */
export function refuseIssuer(received: unknown, issuer: Pick<IssuerOptions, 'issuer' | 'also'>): Unverified {
  const names = [issuer.issuer, ...(issuer.also ?? [])].map(printableText)
  const configured = names.slice(0, mostPrinted).join(' or ')
  const detail = `${details.issuer}: received ${printableText(received)}, configured ${configured}`
  return { verified: false, code: 'invalid_token', detail, description: details.issuer, tokenKind: 'jwt' }
}

/** The issuer could not be asked about an opaque token. */
export function unavailable(reason: 'issuerSilent' | 'issuerBusy', retryAfterSeconds: number): Unavailable {
  const detail = details[reason]
  return { verified: false, code: 'issuer_unavailable', detail, retryAfterSeconds, tokenKind: 'opaque' }
}
