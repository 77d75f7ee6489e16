import { randomBytes, type webcrypto } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import type { Algorithm } from '../peers/peer.ts'

/** As long as the access tokens that Logto issues: ES384, eight claims. */
export const tokenBytes = 475
export const resource = 'https://api.example.com/'
export const lifetimeSeconds = 12 * 3600

export type Signer = {
  readonly algorithm: Algorithm
  readonly issuer: string
  readonly kid: string
  readonly privateJwk: JWK
  /** The set of the one key that verifies. */
  readonly jwks: { readonly keys: readonly JWK[] }
}

export async function createSigner(algorithm: Algorithm, issuer: string): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true })
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  const jwks = { keys: [{ ...jwk, kid, alg: algorithm, use: 'sig' }] }
  return { algorithm, issuer, kid, privateJwk: await exportJWK(privateKey), jwks }
}

const methods = {
  ES384: { name: 'ECDSA', hash: 'SHA-384' },
  ES256: { name: 'ECDSA', hash: 'SHA-256' },
  RS256: { name: 'RSASSA-PKCS1-v1_5' },
} as const

export type Claims = Readonly<Record<string, string | number>>

/** `count` different access tokens. ES384 ones have exactly `tokenBytes` bytes, others the same claims. */
export async function signTokens(
  signer: Signer,
  count: number,
  changed: Claims,
  say: (done: number) => void,
): Promise<string[]> {
  const key = (await importJWK(signer.privateJwk, signer.algorithm)) as webcrypto.CryptoKey // Not symmetric.
  const header = base64url({ alg: signer.algorithm, typ: 'at+jwt', kid: signer.kid })
  const sign = async () => {
    const input = `${header}.${claimsOf(signer.issuer, header.length, changed)}`
    const signature = await crypto.subtle.sign(methods[signer.algorithm], key, Buffer.from(input))
    return `${input}.${Buffer.from(signature).toString('base64url')}`
  }
  const tokens: string[] = []
  while (tokens.length < count) {
    tokens.push(...(await Promise.all(Array.from({ length: Math.min(64, count - tokens.length) }, sign))))
    say(tokens.length)
  }
  return tokens
}

/** Of an ES384 signature of 96 bytes. */
const signatureChars = 128

/** The claims of a user's token, its identifier as long as it takes to fill the token. */
function claimsOf(issuer: string, headerChars: number, changed: Claims): string {
  const iat = Math.floor(Date.now() / 1000)
  const claims = { sub: '7q6j4duell21', iat, exp: iat + lifetimeSeconds, scope: 'read', client_id: 'chatgpt' }
  const rest = { ...claims, iss: issuer, aud: resource, ...changed }
  const chars = tokenBytes - headerChars - signatureChars - 2
  const missing = Math.floor((chars * 3) / 4) - JSON.stringify({ jti: '', ...rest }).length
  const jti = randomBytes(64).toString('hex').slice(0, Math.max(21, missing))
  return base64url({ jti, ...rest })
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
