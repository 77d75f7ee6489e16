import type { IssuerOptions } from '../../issuer/options.ts'
import type { Claims } from '../access-token.ts'
import { audiencesOf } from '../audience.ts'
import { findClaim } from '../claim.ts'

/**
 * Guesses whether a JWT is an ID token, when neither its `typ` nor `issuer.accessToken` says so. The first of
 * these that fits decides:
 *
 * 1. A claim `typ` or `token_use` says what the token is: Keycloak of any age, Cognito.
 * 2. Claims that OpenID Connect defines for ID tokens: an ID token.
 * 3. A claim that holds scopes, even none: an access token of Authentik, Entra ID, Okta.
 * 4. The matched `aud` is a URI, and not the client itself: an access token of Auth0.
 * 5. An `aud` that holds the client and somebody else, with a `jti`: an access token of Zitadel.
 * 6. Otherwise it is taken for an ID token.
 *
 * `accepted` holds the values of `aud` that are accepted.
 */
export function looksLikeIdToken(
  claims: Claims,
  issuer: Pick<IssuerOptions, 'claims'>,
  accepted: readonly string[],
): boolean {
  const uses = ['typ', 'token_use'].map((name) => claims[name]).filter((use) => use !== undefined)
  if (uses.length > 0) return !uses.every((use) => use === 'Bearer' || use === 'access')
  if (idTokenClaims.some((name) => claims[name] !== undefined)) return true
  if (issuer.claims.scope.some((name) => holdsScopes(findClaim(claims, name)))) return false
  const clients = clientsOf(claims, issuer.claims.clientId)
  const audiences = audiencesOf(claims['aud'])
  const others = audiences.filter((value) => !clients.includes(value))
  if (others.some((value) => isUri(value) && accepted.includes(value))) return false
  return !(others.length > 0 && others.length < audiences.length && isText(claims['jti']))
}

/** OpenID Connect Core sections 2, 3.1.3.6 and 3.3.2.11, and FAPI for `s_hash`. */
const idTokenClaims = ['nonce', 'at_hash', 'c_hash', 's_hash']

function holdsScopes(claim: unknown): boolean {
  return typeof claim === 'string' || (Array.isArray(claim) && claim.every((one) => typeof one === 'string'))
}

function clientsOf(claims: Claims, clientClaim: string): readonly unknown[] {
  return [clientClaim, 'client_id', 'azp'].map((name) => findClaim(claims, name)).filter(isText)
}

function isText(claim: unknown): claim is string {
  return typeof claim === 'string' && claim !== ''
}

function isUri(value: unknown): value is string {
  return typeof value === 'string' && /^(?:[a-z][a-z0-9+.-]*:\/\/|urn:)/i.test(value)
}
