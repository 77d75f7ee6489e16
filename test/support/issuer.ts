import { randomUUID, type webcrypto } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWK } from 'jose'

export type IssuerKey = {
  readonly kid: string
  readonly alg: string
  readonly privateKey: webcrypto.CryptoKey
  readonly publicJwk: JWK
}

/** How the issuer answers instead of properly. */
export type Fault =
  | 'slow'
  | 'error'
  | 'refuse'
  | 'broken'
  | 'endless'
  | 'redirect'
  | 'moved'
  | 'elsewhere'
  | 'compressed'
  | 'marked'

/** A stand-in issuer over real loopback HTTP, which can be as hostile as a test wants. */
export type TestIssuer = {
  /** Its `iss`. */
  readonly url: string
  readonly counts: { discovery: number; jwks: number }
  /** The key set that is published. */
  jwks: { keys: unknown[] }
  /** Overrides members of the discovery document. */
  metadata: Record<string, unknown>
  /** Holds for discovery and key set alike. */
  fault: Fault | undefined
  readonly key: IssuerKey
  /** Claims that RFC 9068 requires, for `resource`, valid now for an hour. */
  claims(resource: string, more?: Record<string, unknown>): Record<string, unknown>
  sign(claims: unknown, options?: { header?: Record<string, unknown>; key?: IssuerKey }): Promise<string>
  /** Publishes a new key instead of the current one and signs with it. */
  rotate(alg?: string): Promise<IssuerKey>
  close(): Promise<void>
}

export async function createTestIssuer(): Promise<TestIssuer> {
  let key = await createIssuerKey('ES384')
  const server = createServer((request, response) => {
    if (request.url?.split('?')[0]?.endsWith('/.well-known/openid-configuration')) {
      issuer.counts.discovery += 1
      const metadata = { issuer: issuer.url, jwks_uri: `${issuer.url}/jwks`, ...issuer.metadata }
      answer(issuer.fault, response, metadata)
    } else {
      issuer.counts.jwks += 1
      answer(issuer.fault, response, issuer.jwks)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // A TCP server has this kind of address.
  const issuer: TestIssuer = {
    url: `http://127.0.0.1:${port}/oidc`,
    counts: { discovery: 0, jwks: 0 },
    jwks: { keys: [key.publicJwk] },
    metadata: {},
    fault: undefined,
    get key() {
      return key
    },
    claims: (resource, more) => ({ ...accessTokenClaims(issuer.url, resource), ...more }),
    sign: (claims, options) => signToken(claims, options?.key ?? key, options?.header),
    async rotate(alg = 'ES384') {
      key = await createIssuerKey(alg)
      issuer.jwks = { keys: [key.publicJwk] }
      return key
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return issuer
}

function answer(fault: Fault | undefined, response: ServerResponse, document: unknown): void {
  switch (fault) {
    case undefined:
      return void response.setHeader('content-type', 'application/json').end(JSON.stringify(document))
    case 'slow':
      return
    case 'error':
      return void response.writeHead(500).end(JSON.stringify(document))
    case 'refuse':
      return void response.destroy()
    case 'broken':
      return void response.end('<html>Sign in to the hotel network</html>')
    case 'endless':
      return pour(response)
    case 'moved':
      // Its new place answers properly.
      if (response.req.url?.endsWith('?moved')) return answer(undefined, response, document)
      return void response.writeHead(308, { location: '?moved' }).end()
    case 'redirect':
      return void response.writeHead(302, { location: '?again' }).end()
    case 'elsewhere':
      return void response.writeHead(302, { location: 'http://localhost:9/jwks' }).end()
    case 'marked':
      return void response.end(`\ufeff${JSON.stringify(document)}`)
    case 'compressed':
      return void response.writeHead(200, { 'content-encoding': 'gzip' }).end('bomb')
  }
  fault satisfies never
}

function pour(response: ServerResponse): void {
  while (!response.destroyed && response.write(' '.repeat(65_536)));
  if (!response.destroyed) response.once('drain', () => pour(response))
}

export function accessTokenClaims(issuer: string, resource: string): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: issuer,
    aud: resource,
    sub: 'user1',
    client_id: 'app1',
    jti: randomUUID(),
    iat: now,
    exp: now + 3600,
    scope: 'read',
  }
}

export async function createIssuerKey(alg: string, kid: string = randomUUID()): Promise<IssuerKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

/** Compact JWS of any header and claims, however wrong: text and bytes are taken as they are. */
export async function signToken(
  claims: unknown,
  key: IssuerKey,
  header: Record<string, unknown> | string = {},
): Promise<string> {
  const full = typeof header === 'string' ? header : { alg: key.alg, typ: 'at+jwt', kid: key.kid, ...header }
  const input = `${segment(full)}.${segment(claims)}`
  return `${input}.${(await signBytes(Buffer.from(input), key)).toString('base64url')}`
}

export function segment(part: unknown): string {
  if (part instanceof Uint8Array) return Buffer.from(part).toString('base64url')
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
}

export async function signBytes(input: Uint8Array, key: IssuerKey): Promise<Buffer> {
  const { name } = key.privateKey.algorithm
  const hash = `SHA-${key.alg.slice(2)}`
  const algorithm = { name, hash, saltLength: Number(key.alg.slice(2)) / 8 }
  return Buffer.from(await crypto.subtle.sign(algorithm, key.privateKey, input))
}
