import { calculateJwkThumbprint, importJWK, type JWK } from 'jose'
import { isJsonObject } from './json-object.ts'

/** One published key that may verify access tokens. */
export type VerificationKey = {
  readonly kid: string | undefined
  /** One algorithm; two only where it has two names (Ed25519). */
  readonly algorithms: readonly string[]
  /** RFC 7638, SHA-256. */
  readonly thumbprint: string
  readonly key: Awaited<ReturnType<typeof importJWK>>
}

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
  jwk: unknown,
  allowed: readonly string[] | undefined,
): Promise<VerificationKey | undefined> {
  if (!isJsonObject(jwk) || !mayVerify(jwk)) return undefined
  const algorithms = algorithmsOf(jwk, allowed)
  const [first] = algorithms
  if (first === undefined) return undefined
  return {
    kid: typeof jwk['kid'] === 'string' ? jwk['kid'] : undefined,
    algorithms,
    // A JSON object is all that JWK promises; jose checks the members.
    thumbprint: await calculateJwkThumbprint(jwk as JWK),
    key: await importJWK(jwk as JWK, first),
  }
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

function algorithmsOf(
  jwk: Record<string, unknown>,
  allowed: readonly string[] | undefined,
): readonly string[] {
  const { kty, crv, alg } = jwk
  const fitting = kty === 'RSA' ? rsaAlgorithms : (byCurve.get(`${kty} ${crv}`) ?? [])
  const usable = allowed === undefined ? fitting : fitting.filter((name) => allowed.includes(name))
  if (alg !== undefined) return usable.filter((name) => name === alg)
  // An RSA key without `alg` is RS256 (Logto's are), or the first RSA algorithm that the configuration
  // leaves.
  return kty === 'RSA' ? usable.slice(0, 1) : usable
}
