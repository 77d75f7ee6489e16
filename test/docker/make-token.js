// Writes a key set into the folder that is named, and prints an access token of alice (scope read) that it verifies.
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'

const [folder = '.'] = process.argv.slice(2)
const { publicKey, privateKey } = await generateKeyPair('ES384')
const jwk = await exportJWK(publicKey)
const kid = await calculateJwkThumbprint(jwk)
await writeFile(
  join(folder, 'jwks.json'),
  JSON.stringify({ keys: [{ ...jwk, kid, alg: 'ES384', use: 'sig' }] }),
)

const token = await new SignJWT({ scope: 'read', client_id: 'chatgpt', jti: randomUUID() })
  .setProtectedHeader({ alg: 'ES384', typ: 'at+jwt', kid })
  .setIssuer('https://issuer.example/oidc')
  .setAudience('https://api.example.com/')
  .setSubject('alice')
  .setIssuedAt()
  .setExpirationTime('1h')
  .sign(privateKey)
process.stdout.write(`${token}\n`)
