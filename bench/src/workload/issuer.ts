import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Algorithm } from '../peers/peer.ts'

/** As long as the access tokens that Logto issues: ES384, eight claims. */
export const tokenBytes = 475
export const resource = 'https://api.example.com/'
const lifetimeSeconds = 12 * 3600

export type Claims = Readonly<Record<string, string | number>>

/** Signs the tokens of one algorithm. Peers ask it over HTTP for its metadata and key. */
export type Issuer = {
  /** `iss` of its tokens. */
  readonly url: string
  readonly jwksFile: string
  /** The first `count` of its tokens, each of them another. They are signed when they are first asked for. */
  tokens(count: number): Promise<readonly string[]>
  /** One more token, which differs from these as `changed` says. */
  token(changed: Claims): Promise<string>
}

export type Issuers = Readonly<Record<Algorithm, Issuer>> & { close(): void }

const keys = {
  ES384: { create: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }), hash: 'sha384' },
  ES256: { create: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }), hash: 'sha256' },
  RS256: { create: () => generateKeyPairSync('rsa', { modulusLength: 2048 }), hash: 'sha256' },
}

/** One for each algorithm, behind one port. Their key sets are also files in `folder`. */
export async function startIssuers(folder: string): Promise<Issuers> {
  const answers = new Map<string, string>()
  const server = createServer(({ url = '' }, response) => {
    const answer = answers.get(url)
    response.writeHead(answer === undefined ? 404 : 200, { 'Content-Type': 'application/json' }).end(answer)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // A TCP server has this kind of address.
  const create = async (algorithm: Algorithm) => {
    const { publicKey, privateKey } = keys[algorithm].create()
    const jwk = { ...publicKey.export({ format: 'jwk' }), alg: algorithm, use: 'sig' }
    const kid = createHash('sha256').update(JSON.stringify(jwk)).digest('base64url')
    const jwks = JSON.stringify({ keys: [{ ...jwk, kid }] })
    const url = `http://127.0.0.1:${port}/${algorithm.toLowerCase()}`
    const { pathname } = new URL(url)
    answers.set(`${pathname}/.well-known/openid-configuration`, JSON.stringify(metadata(url, algorithm)))
    answers.set(`${pathname}/jwks`, jwks)
    const jwksFile = join(folder, `jwks-${algorithm}.json`)
    await writeFile(jwksFile, jwks)
    return createIssuer(url, jwksFile, createSign(algorithm, url, kid, privateKey))
  }
  return {
    ES384: await create('ES384'),
    ES256: await create('ES256'),
    RS256: await create('RS256'),
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function metadata(issuer: string, algorithm: Algorithm): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [algorithm],
  }
}

function createIssuer(url: string, jwksFile: string, signOne: (changed: Claims) => Promise<string>): Issuer {
  const signed: string[] = []
  return {
    url,
    jwksFile,
    async tokens(count) {
      while (signed.length < count) {
        const missing = Math.min(64, count - signed.length)
        signed.push(...(await Promise.all(Array.from({ length: missing }, () => signOne({})))))
      }
      return signed.slice(0, count)
    },
    token: signOne,
  }
}

const signAsync = promisify(sign)

/** ES384 tokens have exactly `tokenBytes` bytes, others the same claims. */
function createSign(alg: Algorithm, issuer: string, kid: string, key: KeyObject) {
  const header = base64url({ alg, typ: 'at+jwt', kid })
  return async (changed: Claims) => {
    const input = `${header}.${base64url(claimsOf(issuer, header.length, changed))}`
    const options = { key, dsaEncoding: 'ieee-p1363' as const } // RFC 7518 section 3.4: not DER.
    const signature: Buffer = await signAsync(keys[alg].hash, Buffer.from(input), options)
    return `${input}.${signature.toString('base64url')}`
  }
}

/** Of an ES384 signature of 96 bytes. */
const signatureChars = 128

/** The claims of a user's token, its identifier as long as it takes to fill the token. */
function claimsOf(iss: string, headerChars: number, changed: Claims): Claims {
  const iat = Math.floor(Date.now() / 1000)
  const claims = { sub: '7q6j4duell21', iat, exp: iat + lifetimeSeconds, scope: 'read', client_id: 'chatgpt' }
  const rest = { ...claims, iss, aud: resource, ...changed }
  const chars = tokenBytes - headerChars - signatureChars - 2
  const missing = Math.floor((chars * 3) / 4) - JSON.stringify({ jti: '', ...rest }).length
  return { jti: randomBytes(64).toString('hex').slice(0, Math.max(21, missing)), ...rest }
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** Another character in the middle of the signature: all bits of the last one may be padding. */
export function spoil(token: string): string {
  const at = token.lastIndexOf('.') + 20
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
}
