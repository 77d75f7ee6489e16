import { writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'

export const issuer = 'https://logto.test/oidc'

export type Signer = {
  /** A JWKS file for `issuer.jwksFile`. */
  readonly jwksFile: string
  /** A valid access token unless `claims` says otherwise. */
  sign(claims?: Record<string, unknown>): Promise<string>
}

/** An ES384 key as Logto has one, and access tokens signed with it. */
export async function createSigner(resource: string): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair('ES384', { extractable: true })
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  const folder = await mkdtemp(join(tmpdir(), 'scopegate-test-'))
  const jwksFile = join(folder, 'jwks.json')
  writeFileSync(jwksFile, JSON.stringify({ keys: [{ ...jwk, kid, use: 'sig', alg: 'ES384' }] }))
  return {
    jwksFile,
    sign(claims = {}) {
      const now = Math.floor(Date.now() / 1000)
      const usual = {
        iss: issuer,
        aud: resource,
        sub: 'user1',
        client_id: 'app1',
        jti: crypto.randomUUID(),
        iat: now,
        exp: now + 3600,
      }
      return new SignJWT({ ...usual, ...claims })
        .setProtectedHeader({ alg: 'ES384', typ: 'at+jwt', kid })
        .sign(privateKey)
    },
  }
}
