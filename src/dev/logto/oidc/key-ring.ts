import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'

export type KeyAlgorithm = 'EC' | 'RSA'

/**
 * The signing keys of a tenant: the current one and the one before it. So a second rotation drops the first
 * key.
 */
export type KeyRing = {
  /** Private keys, the current one first. */
  readonly keys: readonly JWK[]
  /** The `alg` of the current key. */
  readonly signingAlgorithm: 'ES384' | 'RS256'
  /** The new key signs at once, as in Logto, whose grace period is 0. */
  rotate(algorithm?: KeyAlgorithm): Promise<void>
  /** Signs any claims with the current key. `header` overrides `alg`, `typ` and `kid`. */
  sign(claims: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>): Promise<string>
}

export async function createKeyRing(): Promise<KeyRing> {
  let current = await createKey('EC')
  let previous: JWK | undefined
  return {
    get keys() {
      return previous === undefined ? [current] : [current, previous]
    },
    get signingAlgorithm() {
      return algorithmOf(current)
    },
    async rotate(algorithm = 'EC') {
      previous = current
      current = await createKey(algorithm)
    },
    sign: (claims, header) => sign(current, claims, header),
  }
}

/** An EC key has the member `alg`. An RSA key has none, as in Logto. */
async function createKey(algorithm: KeyAlgorithm): Promise<JWK> {
  const alg = algorithm === 'EC' ? 'ES384' : 'RS256'
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(privateKey)
  const kid = await calculateJwkThumbprint(jwk)
  return { ...jwk, use: 'sig', kid, ...(algorithm === 'EC' && { alg }) }
}

function algorithmOf(jwk: JWK): 'ES384' | 'RS256' {
  return jwk.kty === 'EC' ? 'ES384' : 'RS256'
}

async function sign(
  jwk: JWK,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const alg = algorithmOf(jwk)
  const key = await importJWK(jwk, alg)
  const kid = jwk.kid ?? ''
  return new SignJWT({ ...claims }).setProtectedHeader({ alg, typ: 'at+jwt', kid, ...header }).sign(key)
}
