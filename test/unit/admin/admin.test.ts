import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createAdmin } from '../../../src/admin/admin.ts'
import { sendRaw } from '../../support/raw.ts'

async function startAdmin(live = true) {
  const admin = createAdmin({
    live: () => live,
    health: () => ({
      ready: true,
      missing: [],
      issuers: [],
      connections: 0,
      openStreams: { eventStreams: 0, webSockets: 0 },
    }),
    metrics: async (accept: string | undefined) => ({ type: 'text/plain', text: `for ${accept}\n` }),
    routes: () => [],
    revocation: {
      listenHost: '127.0.0.1',
      token: () => undefined,
      issuers: () => new Map(),
      revoke: async () => [],
      list: () => [],
    },
  })
  admin.listen(0, '127.0.0.1')
  await once(admin, 'listening')
  onTestFinished(() => {
    admin.close()
    admin.closeAllConnections()
  })
  return (admin.address() as AddressInfo).port // A TCP listener has no other address.
}

const get = (path: string, host = '127.0.0.1', more = '') =>
  `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${more}\r\n`

describe('the admin listener', () => {
  test.each([
    ['/livez', 200],
    ['/readyz?verbose', 200],
    ['/routes', 200],
    ['/', 404],
  ])('answers %s with %i', async (path, status) => {
    expect((await sendRaw(await startAdmin(), get(path))).status).toBe(status)
  })

  test('is not live when the gateway is not', async () => {
    expect((await sendRaw(await startAdmin(false), get('/livez'))).status).toBe(503)
  })

  test('answers nothing to a name that a web page pointed here (DNS rebinding)', async () => {
    const { status, text } = await sendRaw(await startAdmin(), get('/routes', 'rebound.attacker.example'))
    expect(status).toBe(421)
    expect(text).toContain('admin.listen')
    expect(text).not.toContain('"routes"')
  })

  test('refuses two Hosts: a proxy in front may have looked at the other one', async () => {
    const { status } = await sendRaw(
      await startAdmin(),
      get('/routes', '127.0.0.1', 'Host: rebound.example\r\n'),
    )
    expect(status).toBe(400)
  })

  test('says which methods there are', async () => {
    const port = await startAdmin()
    expect((await sendRaw(port, get('/revoke'))).text).toContain('Allow: POST\r\n')
    const post = 'POST /revocations HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
    expect((await sendRaw(port, post)).text).toContain('Allow: GET, HEAD\r\n')
  })

  test('answers an HTTP/1.0 probe without a Host', async () => {
    expect((await sendRaw(await startAdmin(), 'GET /livez HTTP/1.0\r\n\r\n')).status).toBe(200)
  })

  test('refuses a head of more than 8 KiB', async () => {
    const { status } = await sendRaw(
      await startAdmin(),
      get('/livez', '127.0.0.1', `X: ${'x'.repeat(9000)}\r\n`),
    )
    expect(status).toBe(431)
  })

  test('closes the connection of a request with a body, and reads none of it', async () => {
    const head = 'POST /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n'
    const { status, text } = await sendRaw(await startAdmin(), head)
    expect(status).toBe(405)
    expect(text).toContain('Connection: close')
  })

  test('ends a connection whose head is not complete in 5 s', async () => {
    const { status, closed } = await sendRaw(await startAdmin(), 'GET /livez HTTP/1.1\r\nHost: local', 8000)
    expect(status).toBe(408)
    expect(closed).toBe(true)
  })

  test('has 64 connections at most', async () => {
    const port = await startAdmin()
    const open = Array.from({ length: 64 }, () => connect(port, '127.0.0.1'))
    onTestFinished(() => {
      for (const socket of open) socket.destroy()
    })
    await Promise.all(open.map((socket) => once(socket, 'connect')))
    const more = connect(port, '127.0.0.1').on('error', () => {})
    await once(more, 'close')
  })
})
