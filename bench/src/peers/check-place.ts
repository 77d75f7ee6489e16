import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { WebSocketServer } from 'ws'
import { freePort } from '../machine/port.ts'
import type { CheckPlace } from './check.ts'
import type { Algorithm } from './peer.ts'

type Listening = { readonly server: Server; readonly port: number; close(): void }

/** An upstream that says what it was asked and sent, and returns the messages of a WebSocket. */
export async function startUpstream(): Promise<Listening> {
  const server = await listen(async (request, response) => {
    const hash = createHash('sha256')
    for await (const chunk of request) hash.update(chunk)
    response.end(JSON.stringify({ method: request.method, path: request.url, sha256: hash.digest('hex') }))
  })
  const sockets = new WebSocketServer({ server: server.server })
  sockets.on('connection', (socket) =>
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
  )
  return server
}

/** An issuer with one key, and four tokens of it. */
export async function createPlace(
  algorithm: Algorithm,
  upstreamPort: number,
): Promise<CheckPlace & { end(): Promise<void> }> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm)
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  const jwks = JSON.stringify({ keys: [{ ...jwk, kid, alg: algorithm, use: 'sig' }] })
  const server = await listen((request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(request.url === '/jwks' ? jwks : JSON.stringify(discovery))
  })
  const issuer = `http://127.0.0.1:${server.port}`
  const discovery = {
    issuer,
    jwks_uri: `${issuer}/jwks`,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [algorithm],
  }
  const resource = 'https://api.example.com/'
  const sign = (audience: string, expiresInS: number, from = issuer) => {
    const now = Math.floor(Date.now() / 1000)
    return new SignJWT({ scope: 'read', client_id: 'chatgpt', jti: randomUUID() })
      .setProtectedHeader({ alg: algorithm, typ: 'at+jwt', kid })
      .setIssuer(from)
      .setAudience(audience)
      .setSubject('7q6j4duell21')
      .setIssuedAt(now + Math.min(expiresInS, 0) - 3600)
      .setExpirationTime(now + expiresInS)
      .sign(privateKey)
  }
  const good = await sign(resource, 3600)
  const folder = await mkdtemp(join(tmpdir(), 'scopegate-peer-'))
  const jwksFile = `${folder}.jwks.json`
  await writeFile(jwksFile, jwks)
  return {
    ...{ folder, port: await freePort(), upstreamPort, jwksFile, jwksUrl: `${issuer}/jwks` },
    ...{ issuer, resource, algorithm },
    tokens: {
      good,
      badSignature: breakSignature(good),
      expired: await sign(resource, -3600),
      wrongAudience: await sign('https://other.example.com/', 3600),
      wrongIssuer: await sign(resource, 3600, 'https://other.example.com/oidc'),
    },
    async end() {
      server.close()
      await Promise.all([rm(folder, { recursive: true }), rm(jwksFile)])
    },
  }
}

/** One character, well inside the signature: all bits of the last one may be padding. */
function breakSignature(token: string): string {
  const at = token.lastIndexOf('.') + 10
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
}

async function listen(listener: RequestListener): Promise<Listening> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // A TCP server has this kind of address.
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { server, port, close }
}
