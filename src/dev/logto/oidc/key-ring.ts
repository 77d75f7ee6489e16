import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'

export type KeyAlgorithm = 'EC' | 'RSA'

/**
 * The signing keys of a tenant: the current one, the one before it, and one that is to come. So a second
 * rotation drops the first key.
 */
export type KeyRing = {
  /** Private keys, the current one first, then the next one. */
  readonly keys: readonly JWK[]
  /** The `alg` of the current key. */
  readonly signingAlgorithm: 'ES384' | 'RS256'
  /** The new key signs at once, as in Logto, whose grace period is 0. */
  rotate(algorithm?: KeyAlgorithm): Promise<void>
  /** Publishes a key that `promote` lets sign. */
  announce(algorithm?: KeyAlgorithm): Promise<void>
  promote(): void
  /** Whether there was such a key before the current one, which is gone now. */
  dropPrevious(kid: string): boolean
  /** Signs any claims with the current key. `header` overrides `alg`, `typ` and `kid`. */
  sign(claims: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>): Promise<string>
}

export async function createKeyRing(): Promise<KeyRing> {
  let current = await createKey('EC')
  let previous: JWK | undefined
  let next: JWK | undefined
  const use = (key: JWK) => {
    previous = current
    current = key
  }
  return {
    get keys() {
      return [current, next, previous].filter((key) => key !== undefined)
    },
    get signingAlgorithm() {
      return algorithmOf(current)
    },
    rotate: async (algorithm = 'EC') => use(await createKey(algorithm)),
    async announce(algorithm = 'EC') {
      next = await createKey(algorithm)
    },
    promote() {
      if (next !== undefined) use(next)
      next = undefined
    },
    dropPrevious(kid) {
      if (previous?.kid !== kid) return false
      previous = undefined
      return true
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
