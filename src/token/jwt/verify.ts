import { compactVerify } from 'jose'
import { signatureAlgorithms } from '../../issuer/json-web-key.ts'
import type { FoundKey, KeySet } from '../../issuer/key-set.ts'
import type { IssuerOptions, TokenOptions } from '../../issuer/options.ts'
import type { AccessToken, Claims } from '../access-token.ts'
import type { VerificationQueue } from '../fair-queue.ts'
import { parseScopes } from '../scope.ts'
import { type Check, queueFull, refuse, type Unverified } from '../verification.ts'
import { claimsFault, dateFault } from './claims.ts'
import { parseStrictJson } from './strict-json.ts'
import { tokenTypeOf } from './type.ts'

export type VerifiedJwt = { readonly token: AccessToken; readonly keyThumbprint: string }

export type JwtOptions = {
  readonly issuer: IssuerOptions
  readonly resource: string
  readonly tokens: TokenOptions
  readonly keySet: KeySet
  readonly queue: VerificationQueue
  /** The address that sent the token. */
  readonly client: string
  readonly nowMs: number
}

/**
 * Verifies a JWT access token (RFC 9068 section 4, RFC 8725), in the order: shape, header, typ, alg, key, signature, iss, aud,
 * times, required claims. Never rejects: whatever goes wrong is a refusal. The text must have passed `shapeOf`.
 */
export async function verifyJwt(tokenText: string, options: JwtOptions): Promise<VerifiedJwt | Unverified> {
  try {
    return await verify(tokenText, options)
  } catch {
    // No token may end as a fault of the gateway, whatever a library throws at it.
    return refuse('signature')
  }
}

async function verify(tokenText: string, options: JwtOptions): Promise<VerifiedJwt | Unverified> {
  const [headerPart = '', claimsPart = ''] = tokenText.split('.')
  const header = parseStrictJson(Buffer.from(headerPart, 'base64url'))
  const claims = parseStrictJson(Buffer.from(claimsPart, 'base64url'))
  if (header === undefined || claims === undefined) return refuse('notStrictJson')
  const fault = headerFault(header, options.issuer) ?? dateFault(claims)
  if (fault !== undefined) return refuse(fault)
  const key = await options.keySet.find(header['kid'], String(header['alg']))
  if (key.kind === 'unavailable') {
    const { detail, retryAfterSeconds } = key
    return { verified: false, code: 'issuer_unavailable', detail, retryAfterSeconds, tokenKind: 'jwt' }
  }
  if (key.kind === 'unknown') return refuse(key.check)
  const verifies = await options.queue.run(options.client, () =>
    signatureVerifies(tokenText, key, options.keySet),
  )
  if (verifies === undefined) return queueFull
  if (!verifies) return refuse('signature')
  const refused = claimsFault(tokenTypeOf(header), claims, options)
  if (refused !== undefined) return refuse(refused)
  return { token: accessToken(claims, options), keyThumbprint: key.thumbprint }
}

/** jose verifies with WebCrypto, off the event loop. It throws a plain TypeError on a weak RSA key, for one. */
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

/** Header parameters that point to keys or change what is signed: never followed, always refused (RFC 8725 section 3). */
const refusedParameters = ['crit', 'jku', 'x5u', 'jwk', 'b64', 'zip', 'enc', 'cnf']

function headerFault(header: Claims, issuer: IssuerOptions): Check | undefined {
  if (refusedParameters.some((name) => name in header)) return 'headerParameter'
  if (!issuer.tokenTypes.includes(tokenTypeOf(header))) return 'type'
  const { alg } = header
  // Checked before the key is looked for: `none` and HS256 must not cost a refetch.
  if (typeof alg !== 'string' || !(issuer.algorithms ?? signatureAlgorithms).includes(alg)) return 'algorithm'
  return undefined
}

function accessToken(parsed: Record<string, unknown>, { issuer, resource, tokens }: JwtOptions): AccessToken {
  const claims = compactClaims(parsed, { iss: issuer.issuer, aud: resource })
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

/** An object without any prototype is a hash table of its own to V8, 560 bytes for eight claims; with an empty one it takes 200. */
const noMembers: object = Object.freeze(Object.create(null))

/** Thousands of cached tokens say the same in the same order: they share one copy of it. */
function compactClaims(parsed: Claims, texts: Readonly<Record<string, string>>): Claims {
  const claims: Record<string, unknown> = Object.create(noMembers)
  for (const name of Object.keys(parsed)) {
    const text = texts[name]
    claims[name] = parsed[name] === text ? text : parsed[name]
  }
  return claims
}
