import { calculateJwkThumbprint, importJWK, type JWK } from 'jose'
import { isJsonObject } from './json-object.ts'

/** One published key that may verify access tokens. */
export type VerificationKey = {
  readonly kid: string | undefined
  /** RFC 7638, SHA-256. */
  readonly thumbprint: string
  /** The key ready for each algorithm that it may verify; there is at least one. */
  readonly byAlgorithm: ReadonlyMap<string, ImportedKey>
}

export type ImportedKey = Awaited<ReturnType<typeof importJWK>>

const rsaAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
const byCurve: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['EC P-256', ['ES256']],
  ['EC P-384', ['ES384']],
  ['EC P-521', ['ES512']],
  ['OKP Ed25519', ['EdDSA', 'Ed25519']],
])

/** The algorithms that a key may verify: asymmetric ones only (RFC 8725 section 3.1). */
export const signatureAlgorithms: readonly string[] = [...rsaAlgorithms, ...[...byCurve.values()].flat()]

/**
 * The usable keys of a JWKS (RFC 7517 section 5). Keys for other uses (`use`, `key_ops`), symmetric and
 * private keys, RSA keys below 2048 bits, unknown kinds and keys that do not import are left out. The
 * algorithm comes from the key, never from a token. Throws when it is no JWKS.
 */
export async function readKeys(
  jwks: unknown,
  allowed: readonly string[] | undefined,
): Promise<VerificationKey[]> {
  const list = isJsonObject(jwks) && Array.isArray(jwks['keys']) ? jwks['keys'] : undefined
  if (list === undefined) throw new Error('the key set has no array "keys"')
  const keys: VerificationKey[] = []
  for (const jwk of list) {
    const key = await readKey(jwk, allowed).catch(() => undefined)
    if (key !== undefined) keys.push(key)
  }
  return keys
}

async function readKey(
  published: unknown,
  allowed: readonly string[] | undefined,
): Promise<VerificationKey | undefined> {
  if (!isJsonObject(published)) return undefined
  const jwk = withoutNulls(published)
  if (!mayVerify(jwk)) return undefined
  const byAlgorithm = new Map<string, ImportedKey>()
  // A JSON object is all that JWK promises; jose checks the members.
  for (const name of algorithmsOf(jwk, allowed)) byAlgorithm.set(name, await importJWK(jwk as JWK, name))
  if (byAlgorithm.size === 0) return undefined
  return {
    kid: typeof jwk['kid'] === 'string' ? jwk['kid'] : undefined,
    thumbprint: await calculateJwkThumbprint(jwk as JWK),
    byAlgorithm,
  }
}

/** Some issuers write members that a key does not have as null. */
function withoutNulls(jwk: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(jwk).filter(([, value]) => value !== null))
}

/**
 * RFC 7518 section 6: `k` is of symmetric keys, the others are of private ones. A private key that got out
 * proves nothing.
 */
const secretMembers = ['k', 'd', 'p', 'q', 'dp', 'dq', 'qi', 'oth']

function mayVerify(jwk: Record<string, unknown>): boolean {
  const { use, key_ops: operations, kty, n } = jwk
  if (use !== undefined && use !== 'sig') return false
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return false
  if (secretMembers.some((name) => jwk[name] !== undefined)) return false
  return kty !== 'RSA' || modulusBits(n) >= 2048
}

function modulusBits(n: unknown): number {
  if (typeof n !== 'string') return 0
  const bytes = Buffer.from(n, 'base64url')
  const start = bytes.findIndex((byte) => byte !== 0)
  return start === -1 ? 0 : (bytes.length - start) * 8 - (Math.clz32(bytes[start] ?? 0) - 24)
}

/**
 * A key without `alg` verifies every algorithm that fits its kind: those of RSA differ only in padding and
 * digest.
 */
function algorithmsOf(
  jwk: Record<string, unknown>,
  allowed: readonly string[] | undefined,
): readonly string[] {
  const { kty, crv, alg } = jwk
  const fitting = kty === 'RSA' ? rsaAlgorithms : (byCurve.get(`${kty} ${crv}`) ?? [])
  const usable = allowed === undefined ? fitting : fitting.filter((name) => allowed.includes(name))
  return alg === undefined ? usable : usable.filter((name) => name === alg)
}
