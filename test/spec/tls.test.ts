import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, writeFileSync } from 'node:fs'
import { connect as connectPlain } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createCertificate } from '../support/certificate.ts'
import { startGateway } from '../support/gateway.ts'
import { temporaryFolder } from '../support/process.ts'
import { always, ok, startUpstream } from '../support/upstream.ts'

async function handshake(port: number, options = {}): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options })
  onTestFinished(() => void socket.destroy())
  await once(socket, 'secureConnect')
  return socket
}

const nameOf = async (port: number) => {
  const socket = await handshake(port)
  return new X509Certificate(socket.getPeerCertificate().raw).subject
}

async function startTls(more = '') {
  const folder = temporaryFolder()
  const files = createCertificate(folder, 'first')
  const upstream = await startUpstream(always(ok))
  const gateway = await startGateway(`
tls: { cert: "${files.cert}", key: "${files.key}"${more} }
apis: { a: { resource: https://a.test/, upstream: ${upstream.url}, routes: { /**: public } } }
`)
  onTestFinished(async () => {
    await gateway.stop()
    await upstream.stop()
  })
  return { gateway, upstream, folder, files }
}

describe('TLS', () => {
  test('serves, and tells the upstream that the client came by https', async () => {
    const { gateway, upstream } = await startTls()
    const socket = await handshake(gateway.port)
    socket.write('GET /x HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n')
    expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 200/)
    expect(upstream.received()).toMatch(/^X-Forwarded-Proto: https\r$/m)
  })

  test('is 1.2 or newer', async () => {
    const { gateway } = await startTls(', minVersion: TLSv1.3')
    await expect(handshake(gateway.port, { maxVersion: 'TLSv1.2' })).rejects.toThrow()
    await handshake(gateway.port)
  })

  test('takes renewed certificates into use; a pair that does not fit leaves the old one', async () => {
    const { gateway, folder, files } = await startTls()
    expect(await nameOf(gateway.port)).toBe('CN=first')
    writeFileSync(files.cert, 'not a certificate')
    await expect.poll(() => gateway.logText(), { timeout: 5000 }).toContain('certificate not reloaded')
    expect(await nameOf(gateway.port)).toBe('CN=first')
    const second = createCertificate(folder, 'second')
    copyFileSync(second.key, files.key)
    copyFileSync(second.cert, files.cert)
    await expect.poll(() => nameOf(gateway.port), { timeout: 5000 }).toBe('CN=second')
  })

  test('to an upstream is verified, with a CA of its own where one is given', async () => {
    const { gateway: upstream, files } = await startTls()
    const url = `https://localhost:${upstream.port}`
    const guard = (tls: string) =>
      startGateway(
        `apis: { a: { resource: https://a.test/, upstream: { url: "${url}"${tls} }, routes: { /**: public } } }`,
      )
    const strict = await guard('')
    onTestFinished(() => strict.stop())
    const trusting = await guard(`, tls: { ca: "${files.cert}" }`)
    onTestFinished(() => trusting.stop())
    expect((await fetch(`http://127.0.0.1:${strict.port}/x`)).status).toBe(502)
    expect((await fetch(`http://127.0.0.1:${trusting.port}/x`)).status).toBe(200)
  })

  test('a client that never ends its handshake is let go after timeouts.head', async () => {
    const folder = temporaryFolder()
    const { cert, key } = createCertificate(folder, 'first')
    const gateway = await startGateway(
      `tls: { cert: "${cert}", key: "${key}" }\ntimeouts: { head: 300ms }\napis: {}`,
    )
    onTestFinished(() => gateway.stop())
    const socket = connectPlain(gateway.port, '127.0.0.1')
    socket.on('error', () => {})
    await new Promise((resolve) => socket.once('close', resolve))
  })
})
