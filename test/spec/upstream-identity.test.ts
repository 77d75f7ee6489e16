import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { type Certificate, createCertificate } from '../support/certificate.ts'
import { startGateway, type TestGateway } from '../support/gateway.ts'
import { temporaryFolder } from '../support/process.ts'
import { call } from '../support/stage.ts'

type TlsUpstream = {
  readonly server: Server
  readonly port: number
  /** The certificate, which is its own authority. */
  readonly ca: string
  /** The names that it was asked for, one a connection; undefined where the client named none. */
  readonly asked: (string | undefined)[]
}

/** Answers with the Host that it got. Its certificate is for this name alone. */
async function startTlsUpstream(name: string): Promise<TlsUpstream> {
  const files = createCertificate(temporaryFolder(), name, { names: [name] })
  const asked: (string | undefined)[] = []
  const server = createServer(read(files), (request, response) => response.end(request.headers.host))
  server.on('secureConnection', ({ servername }) => asked.push(servername || undefined))
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // A TCP listener has no other address.
  return { server, port, ca: files.cert, asked }
}

const read = ({ cert, key }: Certificate) => ({ cert: readFileSync(cert), key: readFileSync(key) })

async function guard(url: string, tls: string, more = '', routes = '/**: public'): Promise<TestGateway> {
  const gateway = await startGateway(
    `timeouts: { response: 5s }
apis:
  a:
    resource: https://a.test/
    upstream: { url: "${url}", connections: 2, tls: { ${tls} } }
    routes: { ${routes} }
    ${more}`,
  )
  onTestFinished(() => gateway.stop())
  return gateway
}

const preserved = 'preserveHost: true\n    hosts: [api.example.com]'
const host = { Host: 'api.example.com' }

describe('the name by which an upstream is asked for, and held to', () => {
  test('is tls.servername, also where the Host of the client is kept', async () => {
    const upstream = await startTlsUpstream('internal.test')
    const tls = `ca: "${upstream.ca}", servername: internal.test`
    const gateway = await guard(`https://127.0.0.1:${upstream.port}`, tls, preserved)
    expect(await call(gateway.port, '/x', { headers: host })).toMatchObject({
      status: 200,
      body: 'api.example.com',
    })
    expect(upstream.asked).toEqual(['internal.test'])
  })

  test('is tls.servername without preserveHost too', async () => {
    const upstream = await startTlsUpstream('internal.test')
    const tls = `ca: "${upstream.ca}", servername: internal.test`
    const gateway = await guard(`https://127.0.0.1:${upstream.port}`, tls)
    expect(await call(gateway.port, '/x')).toMatchObject({ status: 200, body: `127.0.0.1:${upstream.port}` })
    expect(upstream.asked).toEqual(['internal.test'])
  })

  test('is the host of the origin otherwise, never the Host of the client', async () => {
    const upstream = await startTlsUpstream('localhost')
    const gateway = await guard(`https://localhost:${upstream.port}`, `ca: "${upstream.ca}"`, preserved)
    expect(await call(gateway.port, '/x', { headers: host })).toMatchObject({
      status: 200,
      body: 'api.example.com',
    })
    expect(upstream.asked).toEqual(['localhost'])
  })

  test('is not what a client makes of it, though the certificate would fit that', async () => {
    const upstream = await startTlsUpstream('api.example.com')
    const gateway = await guard(`https://localhost:${upstream.port}`, `ca: "${upstream.ca}"`, preserved)
    expect((await call(gateway.port, '/x', { headers: host })).status).toBe(502)
  })

  test('is one for all clients of a wildcard', async () => {
    const upstream = await startTlsUpstream('internal.test')
    const tls = `ca: "${upstream.ca}", servername: internal.test`
    const wildcard = 'preserveHost: true\n    hosts: ["*.example.com"]'
    const gateway = await guard(`https://127.0.0.1:${upstream.port}`, tls, wildcard)
    for (const name of ['a.example.com', 'b.example.com', 'a.example.com'])
      expect(await call(gateway.port, '/x', { headers: { Host: name } })).toMatchObject({
        status: 200,
        body: name,
      })
    expect(new Set(upstream.asked)).toEqual(new Set(['internal.test']))
  })

  test('is that of the configuration for WebSockets too', async () => {
    const upstream = await startTlsUpstream('internal.test')
    new WebSocketServer({ server: upstream.server }).on('connection', (socket, request) =>
      socket.send(String(request.headers.host)),
    )
    const tls = `ca: "${upstream.ca}", servername: internal.test`
    const routes = '/ws: { public: true, websocket: true }'
    const gateway = await guard(`https://127.0.0.1:${upstream.port}`, tls, preserved, routes)
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/ws`, { headers: host })
    onTestFinished(() => socket.terminate())
    expect(String((await once(socket, 'message'))[0])).toBe('api.example.com')
    expect(upstream.asked).toEqual(['internal.test'])
  })
})

describe('a certificate for another name', () => {
  const mismatched = async (more = '') => {
    const upstream = await startTlsUpstream('other.test')
    return {
      upstream,
      gateway: await guard(`https://localhost:${upstream.port}`, `ca: "${upstream.ca}"`, more),
    }
  }
  const timed = async (gateway: TestGateway, headers?: Record<string, string>) => {
    const startedMs = performance.now()
    const { status } = await call(gateway.port, '/x', headers && { headers })
    return { status, fast: performance.now() - startedMs < 1500 }
  }

  test('is 502 at once, every time', async () => {
    const { gateway } = await mismatched()
    for (let turn = 0; turn < 6; turn++) expect(await timed(gateway)).toEqual({ status: 502, fast: true })
  })

  test('is 502 at once for all that wait', async () => {
    const { gateway } = await mismatched()
    const answers = await Promise.all(Array.from({ length: 8 }, () => timed(gateway)))
    expect(answers).toEqual(Array(8).fill({ status: 502, fast: true }))
  })

  test('is 502 at once with preserveHost, every time', async () => {
    const { gateway } = await mismatched(preserved)
    for (let turn = 0; turn < 6; turn++)
      expect(await timed(gateway, host)).toEqual({ status: 502, fast: true })
  })

  test('leaves nothing behind once the right one is there', async () => {
    const upstream = await startTlsUpstream('other.test')
    const folder = temporaryFolder()
    const right = createCertificate(folder, 'right', { names: ['localhost'] })
    const both = join(folder, 'both.crt')
    writeFileSync(both, `${readFileSync(upstream.ca)}${readFileSync(right.cert)}`)
    const gateway = await guard(`https://localhost:${upstream.port}`, `ca: "${both}"`)
    for (let turn = 0; turn < 3; turn++) expect(await timed(gateway)).toEqual({ status: 502, fast: true })
    upstream.server.setSecureContext(read(right))
    expect(await timed(gateway)).toEqual({ status: 200, fast: true })
  })
})
