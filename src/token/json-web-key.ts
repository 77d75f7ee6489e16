import { calculateJwkThumbprint, importJWK, type JWK } from 'jose'

/** One published key that may verify access tokens. */
export type VerificationKey = {
  readonly kid: string | undefined
  readonly algorithms: readonly string[]
  readonly thumbprint: string
  readonly key: Awaited<ReturnType<typeof importJWK>>
}

const byCurve: Readonly<Record<string, string>> = {
  'P-256': 'ES256',
  'P-384': 'ES384',
  'P-521': 'ES512',
  Ed25519: 'EdDSA',
}
const rsaAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']

/**
 * The usable keys of a JWKS. Left out: `use` or `key_ops` for other ends, symmetric and private keys, RSA below 2048 bits, unknown
 * kinds, whatever does not import. The algorithm comes from the key, never from a token (RFC 8725 section 3.1).
 */
export async function readKeys(
  jwks: unknown,
  allowed: readonly string[] | undefined,
): Promise<VerificationKey[]> {
  const list = isObject(jwks) && Array.isArray(jwks['keys']) ? jwks['keys'] : undefined
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
  if (!isObject(jwk) || !mayVerify(jwk)) return undefined
  const algorithms = algorithmsOf(jwk, allowed)
  const [first] = algorithms
  if (first === undefined) return undefined
  const key = await importJWK(jwk as JWK, first) // A JSON object is all that JWK promises; importJWK checks it.
  return {
    kid: typeof jwk['kid'] === 'string' ? jwk['kid'] : undefined,
    algorithms,
    thumbprint: await calculateJwkThumbprint(jwk as JWK),
    key,
  }
}

function mayVerify(jwk: Record<string, unknown>): boolean {
  if (jwk['use'] !== undefined && jwk['use'] !== 'sig') return false
  if (Array.isArray(jwk['key_ops']) && !jwk['key_ops'].includes('verify')) return false
  if (jwk['d'] !== undefined || jwk['k'] !== undefined) return false
  return jwk['kty'] !== 'RSA' || modulusBits(jwk['n']) >= 2048
}

function modulusBits(n: unknown): number {
  return typeof n === 'string' ? Buffer.from(n, 'base64url').byteLength * 8 : 0
}

function algorithmsOf(jwk: Record<string, unknown>, allowed: readonly string[] | undefined): string[] {
  const fitting = jwk['kty'] === 'RSA' ? rsaAlgorithms : [byCurve[String(jwk['crv'])] ?? '']
  const pinned = jwk['alg'] === undefined ? unpinned(jwk, allowed, fitting) : [jwk['alg']]
  return fitting.filter((name) => name !== '' && pinned.includes(name) && (allowed?.includes(name) ?? true))
}

/** An RSA key without `alg` signs RS256 at Logto; another one of its algorithms must be configured. */
function unpinned(
  jwk: Record<string, unknown>,
  allowed: readonly string[] | undefined,
  fitting: string[],
): readonly string[] {
  if (jwk['kty'] !== 'RSA') return fitting
  return allowed?.some((name) => fitting.includes(name))
    ? allowed.filter((name) => fitting.includes(name)).slice(0, 1)
    : ['RS256']
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
