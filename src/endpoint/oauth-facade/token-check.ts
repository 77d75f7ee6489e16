import { printableText } from '../../issuer/printable-text.ts'
import type { Claims } from '../../token/access-token.ts'
import { audiencesOf } from '../../token/audience.ts'
import { findClaim } from '../../token/claim.ts'
import { formOf } from '../../token/form.ts'
import { parseStrictJson } from '../../token/jwt/strict-json.ts'
import { uniteScopes } from '../../token/scope.ts'
import type { FacadeOptions } from './facade-options.ts'
import type { OAuthError } from './oauth-error.ts'

type Rules = Pick<
  FacadeOptions,
  'issuer' | 'audience' | 'resource' | 'scopes' | 'organization' | 'clockToleranceMs'
>

/**
 * Looks at an access token before ChatGPT gets it, and says what the API would refuse about it, since the GPT
 * editor shows this text and no answer of the API. The signature is for the request that brings the token.
 */
export function tokenFault(accessToken: string, rules: Rules, nowMs: number): OAuthError | undefined {
  const claims = claimsOf(accessToken, rules)
  if (claims === undefined) return wrongTarget(opaque(rules))
  const { aud, exp } = claims
  if (!isForApi(aud, rules)) return wrongTarget(foreign(aud, rules))
  if (rules.organization !== undefined && claims['organization_id'] !== rules.organization)
    return wrongTarget(
      `The access token is not of the organization ${rules.organization} (chatgpt.organization)`,
    )
  if (typeof exp !== 'number' || exp * 1000 + rules.clockToleranceMs <= nowMs) return wrongTarget(expired)
  return holdsScope(claims, rules) ? undefined : noScope(rules)
}

function claimsOf(accessToken: string, { issuer }: Rules): Claims | undefined {
  if (formOf(accessToken, issuer.isLogto) !== 'jwt') return undefined
  return parseStrictJson(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url'))
}

function isForApi(aud: unknown, { audience }: Rules): boolean {
  if (aud === undefined) return audience.clients !== undefined
  return audience.values.some((value) => audiencesOf(aud).includes(value))
}

function holdsScope(claims: Claims, { issuer, scopes }: Rules): boolean {
  const held = uniteScopes(issuer.claims.scope.map((name) => findClaim(claims, name)))
  return scopes.some((scope) => held.has(scope))
}

function wrongTarget(description: string): OAuthError {
  return { status: 400, error: 'invalid_target', description, code: 'oauth_token_refused' }
}

function opaque({ resource, issuer }: Rules): string {
  const mend = issuer.isLogto
    ? `in Logto, the identifier of the API resource must be ${resource} to the last slash`
    : 'it must know the parameter resource (RFC 8707)'
  return `The authorization server gave an opaque access token, not a JWT for ${resource}: ${mend}`
}

function foreign(aud: unknown, { resource }: Rules): string {
  const [first] = audiencesOf(aud)
  return (
    `The access token is for ${printableText(first)}, not for ${resource}: apis.*.resource must be the ` +
    'identifier of the API at the authorization server, to the last slash'
  )
}

const expired =
  'The access token has expired already: give tokens of the API a longer lifetime at the authorization server, ' +
  'and compare the clocks'

function noScope({ scopes, issuer }: Rules): OAuthError {
  const mend = issuer.isLogto
    ? 'in Logto, give the user a role with such a permission'
    : 'let the authorization server grant the user one'
  return {
    status: 400,
    error: 'invalid_scope',
    description: `The user holds none of the scopes ${scopes.join(' ')}: ${mend}, then sign in again`,
    code: 'oauth_token_refused',
  }
}
