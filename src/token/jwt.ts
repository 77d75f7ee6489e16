import { compactVerify } from 'jose'
import type { AccessToken, Claims } from './access-token.ts'
import type { FoundKey, KeySet } from './key-set.ts'
import { parseScopes } from './scope.ts'
import { parseStrictJson } from './strict-json.ts'
import type { Unverified, VerifierOptions } from './verifier.ts'

export type VerifiedJwt = { readonly token: AccessToken; readonly keyThumbprint: string }

type JwtOptions = Omit<VerifierOptions, 'cache'> & { readonly nowMs: number }

/**
 * Verifies a JWT access token (RFC 9068 section 4, RFC 8725), in the order: shape, header, typ, alg, key, signature, iss, aud,
 * times, required claims. Never rejects: whatever goes wrong is a refusal. The text must have passed `shapeOf`.
 */
export async function verifyJwt(tokenText: string, options: JwtOptions): Promise<VerifiedJwt | Unverified> {
  try {
    return await verify(tokenText, options)
  } catch {
    // jose throws a plain TypeError on a weak RSA key, for one: no token may end as a fault of the gateway.
    return refuse('The signature of the access token does not verify')
  }
}

async function verify(tokenText: string, options: JwtOptions): Promise<VerifiedJwt | Unverified> {
  const [headerPart = '', claimsPart = ''] = tokenText.split('.')
  const header = parseStrictJson(Buffer.from(headerPart, 'base64url'))
  const claims = parseStrictJson(Buffer.from(claimsPart, 'base64url'))
  if (header === undefined || claims === undefined) {
    return refuse('The access token is not made of two JSON objects without duplicate members')
  }
  const fault = headerFault(header, options) ?? numberFault(claims)
  if (fault !== undefined) return refuse(fault)
  const key = await options.keySet.find(header['kid'], String(header['alg']), options.nowMs)
  if (key.kind === 'unavailable') return unavailable(key.detail, key.retryAfterSeconds)
  if (key.kind === 'unknown') return refuse(key.detail)
  if (!(await signatureVerifies(tokenText, key, options.keySet))) {
    return refuse('The signature of the access token does not verify')
  }
  const refused = claimsFault(header, claims, options)
  if (refused !== undefined) return refuse(refused)
  return { token: accessToken(claims, options), keyThumbprint: key.thumbprint }
}

async function signatureVerifies(
  tokenText: string,
  key: Extract<FoundKey, { kind: 'key' }>,
  keySet: KeySet,
): Promise<boolean> {
  try {
    await compactVerify(tokenText, key.key, { algorithms: [key.algorithm] })
    return true
  } catch {
    // The issuer may have replaced the key under its old kid.
    keySet.suspect()
    return false
  }
}

function refuse(detail: string): Unverified {
  return { verified: false, code: 'invalid_token', detail, tokenKind: 'jwt' }
}

function unavailable(detail: string, retryAfterSeconds: number): Unverified {
  return { verified: false, code: 'issuer_unavailable', detail, retryAfterSeconds, tokenKind: 'jwt' }
}

/** Header parameters that point to keys or change what is signed: never followed, always refused (RFC 8725 section 3). */
const refusedParameters = ['crit', 'jku', 'x5u', 'jwk', 'b64', 'zip', 'enc', 'cnf']

function headerFault(header: Claims, { issuer }: JwtOptions): string | undefined {
  if (refusedParameters.some((name) => name in header)) {
    return 'The header of the access token holds a parameter that is not accepted'
  }
  if (!issuer.tokenTypes.includes(typeOf(header))) return 'typ is not the one of an access token'
  if (typeof header['alg'] !== 'string') return 'alg is missing from the header of the access token'
  return undefined
}

/** Lower-cased, without `application/` (RFC 7515 section 4.1.9); `none` when absent. */
function typeOf(header: Claims): string {
  const { typ } = header
  if (typ === undefined) return 'none'
  if (typeof typ !== 'string' || typ.toLowerCase() === 'none') return 'unknown'
  return typ.toLowerCase().replace(/^application\//, '')
}

/** `jose` lets an infinite `exp` pass: `1e400` is valid JSON. */
function numberFault(claims: Claims): string | undefined {
  for (const name of ['exp', 'nbf', 'iat']) {
    const value = claims[name]
    if (value !== undefined && !(typeof value === 'number' && Math.abs(value) < 2 ** 53)) {
      return `${name} is not a date`
    }
  }
  return undefined
}

function claimsFault(header: Claims, claims: Claims, options: JwtOptions): string | undefined {
  return (
    originFault(claims, options) ??
    timeFault(claims, options) ??
    subjectFault(claims) ??
    profileFault(header, claims, options)
  )
}

function originFault(claims: Claims, { issuer, resource }: JwtOptions): string | undefined {
  if (claims['iss'] !== issuer.issuer) return 'iss is not the configured issuer'
  const { aud } = claims
  const audiences = Array.isArray(aud) ? aud : [aud]
  return audiences.includes(resource) ? undefined : 'aud does not hold the resource of this API'
}

function timeFault(claims: Claims, { tokens, nowMs }: JwtOptions): string | undefined {
  const tolerance = tokens.clockToleranceMs
  const at = (name: string) => (typeof claims[name] === 'number' ? claims[name] * 1000 : undefined)
  const [exp, nbf, iat] = [at('exp'), at('nbf'), at('iat')]
  if (exp === undefined) return 'exp is missing'
  if (exp + tolerance <= nowMs) return 'The access token has expired'
  if (nbf !== undefined && nbf - tolerance > nowMs) return 'The access token is not valid yet (nbf)'
  if (iat !== undefined && iat - tolerance > nowMs) return 'The access token was issued in the future (iat)'
  if (exp - (iat ?? nowMs) > tokens.maxLifetimeMs)
    return 'The access token is valid for longer than tokens.maxLifetime'
  return undefined
}

function subjectFault(claims: Claims): string | undefined {
  const { sub } = claims
  if (typeof sub !== 'string' || sub === '' || sub.length > 255) {
    return 'sub is not a text of 1 to 255 characters'
  }
  // The subject becomes a header; a value that servers trim or split would name somebody else.
  if (/[\u0000-\u001f\u007f-\u009f]|^\s|\s$/u.test(sub))
    return 'sub holds a control character or outer white space'
  return undefined
}

function profileFault(header: Claims, claims: Claims, { issuer }: JwtOptions): string | undefined {
  if ('cnf' in claims) return 'The access token is bound to a key and may not be sent as Bearer'
  const clientId = claims[issuer.claims.clientId]
  if (clientId !== undefined && typeof clientId !== 'string') return 'client_id is not a text'
  if (typeOf(header) !== 'at+jwt') return idTokenFault(claims, clientId)
  // RFC 9068 section 2.2
  if (claims['iat'] === undefined) return 'iat is missing'
  if (typeof claims['jti'] !== 'string') return 'jti is missing'
  return clientId === undefined || clientId === '' ? 'client_id is missing' : undefined
}

/** Without a `typ` of its own an access token must at least not look like an ID token. */
function idTokenFault(claims: Claims, clientId: string | undefined): string | undefined {
  const audiences = Array.isArray(claims['aud']) ? claims['aud'] : [claims['aud']]
  const looksLikeIdToken =
    'nonce' in claims ||
    'at_hash' in claims ||
    'c_hash' in claims ||
    (clientId !== undefined && audiences.includes(clientId))
  return looksLikeIdToken ? 'This is an ID token, not an access token' : undefined
}

function accessToken(claims: Claims, { issuer, tokens }: JwtOptions): AccessToken {
  const clientId = claims[issuer.claims.clientId]
  return {
    kind: 'jwt',
    issuer: issuer.issuer,
    subject: String(claims['sub']),
    clientId: typeof clientId === 'string' ? clientId : undefined,
    scopes: parseScopes(claims[issuer.claims.scope]),
    claims,
    expiresAtMs: Number(claims['exp']) * 1000 + tokens.clockToleranceMs,
  }
}
