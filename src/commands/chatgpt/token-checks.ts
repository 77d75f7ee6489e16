import { audiencesOf } from '../../token/audience.ts'
import { findClaim } from '../../token/claim.ts'
import { formOf } from '../../token/form.ts'
import { parseStrictJson } from '../../token/jwt/strict-json.ts'
import { uniteScopes } from '../../token/scope.ts'
import { CheckFault } from './check-fault.ts'
import { type Check, check, type Passed } from './checklist.ts'
import { short } from './json-members.ts'
import { requestTokens, waysOf } from './token-request.ts'
import type { Found, Subject, Tokens } from './visit.ts'

export const codeIsExchanged: Check = check(
  'The code is exchanged',
  ['code', 'endpoints'],
  async (visit, { code: { value, verifier }, endpoints }) => {
    const grant = {
      grant_type: 'authorization_code',
      code: value,
      redirect_uri: visit.subject.redirectUri,
      ...(verifier !== undefined && { code_verifier: verifier }),
    }
    const tokens = await requestTokens(visit, endpoints, grant, waysOf(visit))
    return tokens.authentication === 'basic'
      ? { outcome: 'hint', note: onlyBasic, found: { tokens } }
      : { note: names[tokens.authentication], found: { tokens } }
  },
)

const names = {
  post: 'with the secret in the form: Default (POST request)',
  basic: 'with the secret in the header: Basic authorization header',
  none: 'without a secret, by PKCE',
} as const

const onlyBasic =
  'only with the secret in the header: choose Basic authorization header as token exchange method'

export const tokenIsForApi: Check = check(
  'The access token is one for this API',
  ['tokens'],
  ({ subject }, { tokens }) => examine(subject, tokens),
)

function examine(subject: Subject, tokens: Tokens): Passed & { readonly found: Found } {
  const { issuer, api, chatgpt } = subject
  const claims = claimsOf(tokens, subject)
  const { aud, iss, exp } = claims
  if (iss !== issuer.issuer && !issuer.also?.some((name) => name === iss))
    throw new CheckFault(`its iss is ${short(iss)}, not ${issuer.issuer}`, 'write it into issuer.also')
  const audiences = audiencesOf(aud)
  if (aud !== undefined && !api.audience.values.some((value) => audiences.includes(value)))
    throw new CheckFault(
      `it is for ${audiences.map(short).join(', ')}, not for ${api.audience.values.join(', ')}`,
      subject.surface === 'actions' && chatgpt.facade === undefined
        ? 'another API is the Default API of Logto: switch the facade on by chatgpt.clients, or change that'
        : `apis.${api.name}.resource must be the identifier of the API at the authorization server, to the last slash`,
    )
  if (typeof exp !== 'number' || exp * 1000 <= Date.now() - subject.config.tokens.clockToleranceMs)
    throw new CheckFault(
      `it has expired: exp is ${short(exp)}`,
      'compare the clocks, and set logto.accessTokenTtl',
    )
  const scopes = uniteScopes(issuer.claims.scope.map((name) => findClaim(claims, name)))
  return { note: scopeNote(scopes, subject), found: { scopes } }
}

function claimsOf({ accessToken }: Tokens, subject: Subject): Readonly<Record<string, unknown>> {
  const { issuer, surface, chatgpt } = subject
  const form = formOf(accessToken, issuer.isLogto)
  const payload = Buffer.from(accessToken.split('.')[1] ?? '', 'base64url')
  const claims = form === 'jwt' ? parseStrictJson(payload) : undefined
  if (claims !== undefined) return claims
  const isBare = surface === 'actions' && chatgpt.facade === undefined
  throw new CheckFault(
    `it is ${form === 'encrypted' ? 'encrypted' : 'opaque'}, no JWT: it holds no permission of the API`,
    isBare
      ? 'ChatGPT sends no resource: switch the facade on by chatgpt.clients and chatgpt.redirectUris, or take ' +
          'openid out of the scope and make the API the Default API of Logto'
      : `the authorization server must have an API whose identifier is ${chatgpt.resource}, to the last slash`,
  )
}

function scopeNote(scopes: ReadonlySet<string>, { chatgpt }: Subject): string {
  const missing = chatgpt.scopes.filter((scope) => !scopes.has(scope))
  const held = [...scopes].join(' ')
  if (held === '')
    throw new CheckFault(
      `it holds no scope: the user has none of ${chatgpt.scopes.join(' ')}`,
      'give the user a role that grants one, then sign in again',
    )
  return missing.length === 0 ? `it holds ${held}` : `it holds ${held}; not granted: ${missing.join(' ')}`
}

export const refreshTokenCame: Check = check(
  'A refresh token came with it',
  ['tokens'],
  ({ subject: { chatgpt, surface, issuer } }, { tokens: { refreshToken, exchange } }) => {
    if (refreshToken !== undefined) return { note: 'yes', found: { refreshToken } }
    const isFacade = surface === 'actions' && chatgpt.facade !== undefined
    if (isFacade && chatgpt.facade?.refresh === false)
      return { outcome: 'skipped', note: 'chatgpt.refresh is false: users sign in again when the token ends' }
    const mend = issuer.isLogto
      ? 'switch on Always issue refresh token of the application at Logto ' +
        '(logto.applications.*.refreshTokens: always)'
      : 'have the authorization server issue one to this client'
    throw new CheckFault(
      'no refresh token came: every user signs in again when the access token ends',
      isFacade ? `${mend}; its grant types must include refresh_token` : `${mend}, or switch the facade on`,
      exchange,
    )
  },
)

/** By the other way to say who the client is, so that both have been tried. */
export const tokenIsRefreshed: Check = check(
  'The refresh token yields another access token',
  ['refreshToken', 'tokens', 'endpoints'],
  async (visit, { refreshToken, tokens, endpoints }) => {
    const grant = { grant_type: 'refresh_token', refresh_token: refreshToken }
    const ways = [...waysOf(visit)].sort((way) => (way === tokens.authentication ? 1 : -1))
    const refreshed = await requestTokens(visit, endpoints, grant, ways)
    examine(visit.subject, refreshed)
    return { note: names[refreshed.authentication], found: { refreshed } }
  },
)
