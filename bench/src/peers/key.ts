import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** The one key of a JWK set, as PEM. */
export function readPublicKey(jwksFile: string): string {
  const { keys } = JSON.parse(readFileSync(jwksFile, 'utf8')) as { keys: [JsonWebKey] }
  return createPublicKey({ key: keys[0], format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString()
}
