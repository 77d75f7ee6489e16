import { compactVerify } from 'jose'
import type { CandidateKey, UnknownKey } from '../../issuer/found-keys.ts'
import { signatureAlgorithms } from '../../issuer/json-web-key.ts'
import type { KeySet } from '../../issuer/key-set.ts'
import type { IssuerOptions } from '../../issuer/options.ts'
import type { AccessToken, Claims } from '../access-token.ts'
import { type Audience, organizationsOf } from '../audience.ts'
import { findClaim } from '../claim.ts'
import type { FairQueue } from '../fair-queue.ts'
import type { TokenOptions } from '../options.ts'
import { uniteScopes } from '../scope.ts'
import {
  type Check,
  keysUnavailable,
  queueFull,
  refuse,
  refuseIssuer,
  type Unverified,
} from '../verification.ts'
import { claimsFault, dateFault, issuerFault } from './claims.ts'
import { parseStrictJson } from './strict-json.ts'
import { tokenTypeOf } from './type.ts'

export type VerifiedJwt = { readonly token: AccessToken; readonly keyThumbprint: string }

export type JwtOptions = {
  readonly issuer: IssuerOptions
  readonly audience: Audience
  readonly tokens: TokenOptions
  readonly keySet: KeySet
  readonly queue: FairQueue
  /** The address that sent the token. */
  readonly client: string
  readonly nowMs: number
}

/**
 * Verifies a JWT access token (RFC 9068 section 4, RFC 8725), in this order: header, typ, alg, key,
 * signature, iss, aud, times, required claims. Never rejects: whatever goes wrong is a refusal. The text must
 * be a JWT by its form (`formOf`).
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
  const formFault = headerFault(header, options.issuer) ?? dateFault(claims)
  if (formFault !== undefined) return refuse(formFault)
  const algorithm = String(header['alg'])
  const found = await options.keySet.find(header['kid'], algorithm)
  if (found.kind === 'unavailable') return keysUnavailable(found.reason, found.retryAfterSeconds)
  if (found.kind === 'unknown') return refuse(elsewhere(found.reason, claims, options.issuer))
  const thumbprint = await options.queue.run(options.client, () =>
    findSigner(tokenText, algorithm, found.candidates),
  )
  if (thumbprint === undefined) return queueFull
  if (thumbprint === null) {
    // The issuer may have replaced the key under its old kid.
    options.keySet.refresh()
    return refuse('signature')
  }
  const claimFault = claimsFault(tokenTypeOf(header), claims, options)
  if (claimFault === 'issuer') return refuseIssuer(claims['iss'], options.issuer)
  if (claimFault !== undefined) return refuse(claimFault)
  return { token: accessToken(claims, options), keyThumbprint: thumbprint }
}

/**
 * The usual reason for an unknown key is a token of another issuer. Its `iss` is not printed: nobody has
 * signed it.
 */
function elsewhere(reason: UnknownKey, claims: Claims, issuer: IssuerOptions): Check {
  return reason === 'keyUnknown' && issuerFault(claims, issuer) !== undefined ? 'keyOfAnotherIssuer' : reason
}

/**
 * The thumbprint of the key that signed the token, or null. jose verifies with WebCrypto, off the event loop.
 */
async function findSigner(
  tokenText: string,
  algorithm: string,
  candidates: readonly CandidateKey[],
): Promise<string | null> {
  for (const { key, thumbprint } of candidates) {
    // It may throw anything: on a weak RSA key a plain TypeError.
    const verified = await compactVerify(tokenText, key, { algorithms: [algorithm] }).catch(() => undefined)
    if (verified !== undefined) return thumbprint
  }
  return null
}

/**
 * Header parameters that point to keys or change what is signed. They are refused, never followed (RFC 8725
 * section 3).
 */
const refusedParameters = ['crit', 'jku', 'x5u', 'jwk', 'b64', 'zip', 'cnf']

function headerFault(header: Claims, issuer: IssuerOptions): Check | undefined {
  if ('enc' in header) return 'encrypted'
  if (refusedParameters.some((name) => name in header)) return 'headerParameter'
  if (!issuer.tokenTypes.includes(tokenTypeOf(header))) return 'type'
  const { alg } = header
  // Checked before the key is looked for: `none` and HS256 must not cost a refetch.
  if (typeof alg !== 'string' || !(issuer.algorithms ?? signatureAlgorithms).includes(alg)) return 'algorithm'
  return undefined
}

function accessToken(parsed: Record<string, unknown>, { issuer, audience, tokens }: JwtOptions): AccessToken {
  const claims = compactClaims(parsed, { iss: issuer.issuer, aud: audience.values[0] })
  if (audience.organizationTokens === true) nameOrganization(claims)
  const clientId = findClaim(claims, issuer.claims.clientId)
  return {
    kind: 'jwt',
    issuer: issuer.issuer,
    subject: String(claims['sub']),
    clientId: typeof clientId === 'string' ? clientId : undefined,
    scopes: uniteScopes(issuer.claims.scope.map((name) => findClaim(claims, name))),
    claims,
    expiresAtMs: Number(claims['exp']) * 1000 + tokens.clockToleranceMs,
  }
}

/** Conditions and headers find the organization of an organization token where all tokens have it. */
function nameOrganization(claims: Record<string, unknown>): void {
  const [id] = organizationsOf(claims['aud'])
  if (id !== undefined) claims['organization_id'] = id
}

/**
 * The prototype of all claims. V8 makes an object without any prototype a hash table of its own, 560 bytes
 * for eight claims; with an empty prototype it takes 200.
 */
const noMembers: object = Object.freeze(Object.create(null))

/** Thousands of cached tokens say the same in the same order: they share one copy of it. */
function compactClaims(
  parsed: Claims,
  texts: Readonly<Record<string, string | undefined>>,
): Record<string, unknown> {
  const claims: Record<string, unknown> = Object.create(noMembers)
  for (const name of Object.keys(parsed)) {
    const text = texts[name]
    claims[name] = parsed[name] === text ? text : parsed[name]
  }
  return claims
}
