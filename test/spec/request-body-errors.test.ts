import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { createServer as createTlsServer } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Certificate, createCertificate } from '../support/certificate.ts'
import { openConnection } from '../support/connection.ts'
import { type GatewayProcess, spawnGateway, temporaryFolder } from '../support/process.ts'
import { call } from '../support/stage.ts'

/** Longer than `timeouts.response` of the uploads, shorter than `timeouts.connect`. */
const lateMs = 600

type Upstream = (socket: Socket, certificate: Certificate) => void

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

/** Ways in which an upstream lets go of a request body. All are asked over TLS. */
const upstreams: Record<string, Upstream> = {
  'cannot be connected to in time, and then can': (socket, certificate) => {
    socket.pause()
    setTimeout(() => speakTls(socket, certificate, () => {}), lateMs)
  },
  'cannot be connected to in time, and then answers': (socket, certificate) => {
    socket.pause()
    setTimeout(() => speakTls(socket, certificate, (secure) => void secure.write(ok)), lateMs)
  },
  'cannot be connected to in time, and then resets': (socket) => {
    setTimeout(() => socket.resetAndDestroy(), lateMs)
  },
  'can never be connected to': () => {},
  'is connected, and resets when the body comes': (socket, certificate) =>
    speakTls(socket, certificate, () => setTimeout(() => socket.resetAndDestroy(), 50)),
  'is connected, and resets when nobody waits any more': (socket, certificate) =>
    speakTls(socket, certificate, () => setTimeout(() => socket.resetAndDestroy(), lateMs)),
  'answers before the body is there, and resets': (socket, certificate) =>
    speakTls(socket, certificate, (secure) => secure.write(ok, () => socket.resetAndDestroy())),
}

describe('a request body that its upstream let go of never ends the process', () => {
  test.each(Object.keys(upstreams))('an upstream that %s', async (name) => {
    const gateway = await startGateway(upstreams[name] ?? fail)
    // Whether it is alone or behind an answer that is outstanding, and whenever its client leaves.
    const clients = [100, 450, 900].flatMap((ms) => [
      upload(gateway, '', ms),
      upload(gateway, ask('/slow'), ms),
    ])
    await Promise.all(clients)
    await wait(lateMs)
    expect((await call(gateway.port, '/none')).status).toBe(404)
    expect(gateway.child.exitCode).toBeNull()
    expect(gateway.logs().filter(({ msg }) => String(msg).includes('failed'))).toEqual([])
  })
})

const fail: Upstream = () => expect.unreachable()

const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a.test\r\n\r\n`

/** Sends some of a body behind what is before it, and leaves without a word. */
async function upload(gateway: GatewayProcess, before: string, leavesAfterMs: number): Promise<void> {
  const client = await openConnection(gateway.port)
  client.write(`${before}POST /up HTTP/1.1\r\nHost: a.test\r\nContent-Length: 100\r\n\r\nsome`)
  await wait(leavesAfterMs)
  client.socket.resetAndDestroy()
}

async function startGateway(upstream: Upstream): Promise<GatewayProcess> {
  const certificate = createCertificate(temporaryFolder(), 'upstream')
  const slowPort = await listen(() => {})
  const up = await listen((socket) => upstream(socket, certificate))
  return spawnGateway(
    `
timeouts: { connect: 2s, response: 20s, shutdown: 2s }
apis:
  a:
    resource: https://a.test/
    upstream: http://127.0.0.1:${slowPort}
    routes: { /slow: public }
  b:
    path: /up
    resource: https://a.test/
    upstream: { url: "https://127.0.0.1:${up}", tls: { ca: "${certificate.cert}" } }
    timeouts: { response: 300ms }
    routes: { /up: public }
`,
  )
}

async function listen(serve: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    serve(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port // A TCP listener has no other address.
}

/** Takes the TLS handshake up; `serve` gets the connection when it is secure. */
function speakTls(socket: Socket, { cert, key }: Certificate, serve: (secure: Socket) => void): void {
  const server = createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) }, (secure) => {
    secure.on('error', () => {})
    secure.resume()
    serve(secure)
  })
  server.on('tlsClientError', () => {})
  server.emit('connection', socket)
}
