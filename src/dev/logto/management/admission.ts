import { createLocalJWKSet, jwtVerify } from 'jose'
import { managementResource } from '../data.ts'
import type { KeyRing } from '../oidc/key-ring.ts'
import { Refusal } from './reply.ts'

/** Throws `Refusal` unless the header holds a token for the Management API. */
export type Admission = (authorization: string | undefined) => Promise<void>

export function createAdmission(keyRing: KeyRing, issuer: string): Admission {
  const admitted = new Set<string>()
  return async (authorization) => {
    if (authorization === undefined)
      throw new Refusal(401, 'auth.authorization_header_missing', 'Authorization header is missing.')
    const token = /^Bearer (.+)$/.exec(authorization)?.[1] ?? ''
    if (admitted.has(token)) return
    const keys = createLocalJWKSet({ keys: keyRing.keys.map(({ d: _, ...key }) => key) })
    const verified = await jwtVerify(token, keys, { issuer, audience: managementResource }).catch((error) => {
      // As Logto does, with the claims of the token, which nobody should log.
      throw new Refusal(401, 'auth.unauthorized', 'Unauthorized. Please check credentials and its scope.', {
        ...('payload' in error ? { claims: error.payload } : {}),
      })
    })
    if (verified.payload['scope'] !== 'all')
      throw new Refusal(403, 'auth.forbidden', 'Forbidden. Please check your user roles and permissions.')
    admitted.add(token)
  }
}
