import { randomBytes, type webcrypto } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'

/** As long as the access tokens that Logto issues: ES384, eight claims. */
export const tokenBytes = 475
const issuer = 'https://tenant.logto.app/oidc'
const resource = 'https://api.example.com/'

export type Tokens = { readonly jwks: object; readonly tokens: readonly string[] }

/** `count` different access tokens of exactly `tokenBytes` bytes, and the key set that verifies them. */
export async function issueTokens(count: number, progress: (done: number) => void): Promise<Tokens> {
  const { publicKey, privateKey } = await generateKeyPair('ES384')
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  const header = base64url({ alg: 'ES384', typ: 'at+jwt', kid })
  const tokens: string[] = []
  const atOnce = 64
  while (tokens.length < count) {
    const some = Math.min(atOnce, count - tokens.length)
    tokens.push(...(await Promise.all(Array.from({ length: some }, () => issueToken(header, privateKey)))))
    progress(tokens.length)
  }
  return { jwks: { keys: [{ ...jwk, kid, alg: 'ES384', use: 'sig' }] }, tokens }
}

async function issueToken(header: string, key: webcrypto.CryptoKey): Promise<string> {
  const input = `${header}.${claimsOfLength(tokenBytes - header.length - signatureChars - 2)}`
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-384' }, key, Buffer.from(input))
  return `${input}.${Buffer.from(signature).toString('base64url')}`
}

/** 96 bytes. */
const signatureChars = 128

/** The claims of a user's token, the identifier in it as long as it takes to fill `chars` characters. */
function claimsOfLength(chars: number): string {
  const iat = Math.floor(Date.now() / 1000)
  const claims = { sub: '7q6j4duell21', iat, exp: iat + 3600, scope: 'read', client_id: 'chatgpt' }
  const rest = { ...claims, iss: issuer, aud: resource }
  const missing = Math.floor((chars * 3) / 4) - JSON.stringify({ jti: '', ...rest }).length
  const jti = randomBytes(32).toString('hex').slice(0, missing)
  const text = base64url({ jti, ...rest })
  if (text.length !== chars) throw new Error(`these claims cannot fill ${chars} characters`)
  return text
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

export const routeCount = 100

/** One of the routes, not the first. */
export const requestPath = '/collection57/42'

export function gatewayConfig(options: {
  readonly port: number
  readonly adminPort: number
  readonly upstreamPort: number
  readonly jwksFile: string
}): string {
  const routes = Array.from(
    { length: routeCount },
    (_, i) => `      /collection${i}/{id}: { GET: read, POST: write }`,
  )
  return `listen: 127.0.0.1:${options.port}
admin: { listen: "127.0.0.1:${options.adminPort}" }
issuer: { url: ${issuer}, jwksFile: ${options.jwksFile} }
apis:
  bench:
    resource: ${resource}
    upstream: http://127.0.0.1:${options.upstreamPort}
    routes:
${routes.join('\n')}
`
}
