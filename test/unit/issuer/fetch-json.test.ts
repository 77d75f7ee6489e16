import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer as createPlain, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import { createServer as createSecure } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { version } from '../../../src/http/product.ts'
import { fetchJson } from '../../../src/issuer/fetch-json.ts'
import { createCertificate } from '../../support/certificate.ts'
import { createTestProxy, type TestProxyOptions } from '../../support/proxy.ts'

let cert: { cert: string; key: string }
beforeAll(() => {
  const files = createCertificate(mkdtempSync(join(tmpdir(), 'fetch-')), 'issuer')
  cert = { cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8') }
})

type Site = {
  readonly port: number
  readonly url: string
  headers: IncomingHttpHeaders
  path: string | undefined
}

/** Answers everything with `{"ok":true}`. */
async function startSite(scheme: 'http' | 'https'): Promise<Site> {
  const listener: RequestListener = ({ headers, url }, response) => {
    Object.assign(site, { headers, path: url })
    response.end('{"ok":true}')
  }
  const server = scheme === 'http' ? createPlain(listener) : createSecure(cert, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // A TCP server has this kind of address.
  const site: Site = { port, url: `${scheme}://127.0.0.1:${port}`, headers: {}, path: undefined }
  return site
}

async function startProxy(options?: TestProxyOptions) {
  const proxy = await createTestProxy(options)
  onTestFinished(() => proxy.close())
  return proxy
}

test('every request says who asks: firewalls refuse those that do not', async () => {
  const site = await startSite('http')
  await fetchJson(`${site.url}/jwks`, {})
  expect(site.headers['user-agent']).toBe(`scopegate/${version}`)
  expect(version).toMatch(/^\d+\.\d+\.\d+/)
})

describe('https', () => {
  test('is trusted by issuer.tls.ca', async () => {
    const site = await startSite('https')
    expect(await fetchJson(`${site.url}/jwks`, { tls: { ca: cert.cert } })).toEqual({ ok: true })
  })
  test('is not trusted without it, and says where to name it', async () => {
    const site = await startSite('https')
    await expect(fetchJson(`${site.url}/jwks`, {})).rejects.toThrow(
      /not trusted here: name that one in issuer.tls.ca/,
    )
  })
  test('to an http port is called what it is, not by the words of OpenSSL', async () => {
    const site = await startSite('http')
    const wrong = fetchJson(`https://127.0.0.1:${site.port}/jwks`, {})
    await expect(wrong).rejects.toThrow(
      /cannot be fetched: this port speaks plain http, not https: write http:/,
    )
  })
})

describe('through a proxy', () => {
  test('https goes by a tunnel, to whose end the certificate belongs', async () => {
    const site = await startSite('https')
    const proxy = await startProxy()
    const connection = { proxy: proxy.url, tls: { ca: cert.cert } }
    expect(await fetchJson(`${site.url}/jwks?a=b`, connection)).toEqual({ ok: true })
    expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${site.port}`])
    expect([site.path, site.headers.host, site.headers['user-agent']]).toEqual([
      '/jwks?a=b',
      `127.0.0.1:${site.port}`,
      `scopegate/${version}`,
    ])
    expect(proxy.userAgent).toBe(`scopegate/${version}`)
  })
  test('https to a name is checked against that name', async () => {
    const site = await startSite('https')
    const proxy = await startProxy({ leadsTo: site.port })
    const connection = { proxy: proxy.url, tls: { ca: cert.cert } }
    expect(await fetchJson('https://localhost/jwks', connection)).toEqual({ ok: true })
    const evil = fetchJson('https://evil.example/jwks', connection)
    await expect(evil).rejects.toThrow(/certificate is for another name/)
    expect(proxy.asked).toEqual(['CONNECT localhost:443', 'CONNECT evil.example:443'])
  })
  test('https is not trusted more than without one (security)', async () => {
    const site = await startSite('https')
    const proxy = await startProxy()
    await expect(fetchJson(`${site.url}/jwks`, { proxy: proxy.url })).rejects.toThrow(/not trusted here/)
    expect(site.path).toBeUndefined()
  })
  test('http goes by a tunnel too, to names that only the proxy knows', async () => {
    const site = await startSite('http')
    const proxy = await startProxy({ leadsTo: site.port })
    expect(await fetchJson('http://logto.internal:3001/jwks', { proxy: proxy.url })).toEqual({ ok: true })
    expect(proxy.asked).toEqual(['CONNECT logto.internal:3001'])
    expect(site.headers.host).toBe('logto.internal:3001')
  })
  test('http goes without a tunnel where there is none to its port', async () => {
    const site = await startSite('http')
    const proxy = await startProxy({ connectStatus: 403 })
    const url = `http://user:pass@127.0.0.1:${site.port}/jwks?a=b`
    expect(await fetchJson(url, { proxy: proxy.url })).toEqual({ ok: true })
    expect(proxy.asked[1]).toBe(`GET http://127.0.0.1:${site.port}/jwks?a=b`)
    expect(site.path).toBe('/jwks?a=b')
    expect(site.headers.authorization).toBe(`Basic ${btoa('user:pass')}`)
  })
  test('https never goes without a tunnel (security)', async () => {
    const site = await startSite('https')
    const proxy = await startProxy({ connectStatus: 403 })
    const refused = fetchJson(`${site.url}/jwks`, { proxy: `http://user:secret@127.0.0.1:${proxy.port}` })
    const [host, through] = [`127.0.0.1:${site.port}`, `127.0.0.1:${proxy.port}`]
    await expect(refused).rejects.toThrow(
      `https://${host}/jwks cannot be fetched: the proxy answered 403 to CONNECT ${host} (through the proxy http://${through}/)`,
    )
    expect(proxy.asked).toEqual([`CONNECT ${host}`])
  })
  test('its credentials are sent to it alone', async () => {
    const site = await startSite('http')
    const proxy = await startProxy()
    await fetchJson(`${site.url}/jwks`, { proxy: `http://user:p%40ss@127.0.0.1:${proxy.port}` })
    expect(proxy.credentials).toBe(`Basic ${btoa('user:p@ss')}`)
    expect(site.headers['proxy-authorization']).toBeUndefined()
  })
  test('that the environment names, unless NO_PROXY exempts the host', async () => {
    const site = await startSite('http')
    const proxy = await startProxy()
    onTestFinished(() => void vi.unstubAllEnvs())
    vi.stubEnv('HTTP_PROXY', proxy.url)
    await fetchJson(`${site.url}/jwks`, {})
    expect(proxy.asked).toHaveLength(1)
    vi.stubEnv('NO_PROXY', '127.0.0.1')
    await fetchJson(`${site.url}/jwks`, {})
    expect(proxy.asked).toHaveLength(1)
  })
  test('that nobody runs, it says so and names it without its credentials', async () => {
    const refused = fetchJson('https://auth.example/jwks', { proxy: 'http://user:secret@127.0.0.1:9' })
    await expect(refused).rejects.toThrow(
      'https://auth.example/jwks cannot be fetched: connect ECONNREFUSED 127.0.0.1:9 (through the proxy http://127.0.0.1:9/)',
    )
  })
})

test.each([
  ['that is refused', 'http://user:secret@127.0.0.1:9/jwks?key=secret'],
  ['that does not exist', 'https://user:secret@nowhere.invalid/jwks?key=secret'],
])('no secret of a URL %s is told', async (_, url) => {
  await expect(fetchJson(url, {})).rejects.toThrow(/^https?:\/\/[^@]*\/jwks\?\.\.\. (?!.*secret)/)
})
