import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startGateway } from '../support/gateway.ts'
import { createTestIssuer } from '../support/issuer.ts'
import { call, createStage, guarding, resource, type Stage } from '../support/stage.ts'

const routes = '/me: authenticated\n/open: public'
const admin = async (stage: Pick<Stage, 'gateway'>, path: string, method = 'GET') => {
  const { status, body, headers } = await call(stage.gateway.adminPort, path, { method })
  return { status, headers, json: body === '' ? undefined : JSON.parse(body) }
}

describe('keys', () => {
  test('that rotate at the issuer are fetched when a token needs them, and old ones end with their key', async () => {
    const stage = await createStage(guarding(routes))
    const old = await stage.token()
    expect((await stage.call('/me', { token: old })).status).toBe(200)
    await stage.issuer.rotate()
    // A set is asked for again at most every 2 s, whoever asks: the first answer after a rotation may be late, never wrong.
    const fresh = await stage.token()
    await expect
      .poll(async () => (await stage.call('/me', { token: fresh })).status, { timeout: 10_000 })
      .toBe(200)
    expect((await stage.call('/me', { token: old })).status).toBe(401)
    expect(stage.gateway.logs.filter(({ msg }) => /key/i.test(String(msg))).length).toBeGreaterThan(0)
  })

  test('are kept while the issuer is away: known and new tokens pass, readiness stays', async () => {
    const stage = await createStage(guarding(routes))
    const known = await stage.token()
    expect((await stage.call('/me', { token: known })).status).toBe(200)
    stage.issuer.fault = 'refuse'
    expect((await stage.call('/me', { token: known })).status).toBe(200)
    expect((await stage.call('/me', { token: await stage.token({ sub: 'user2' }) })).status).toBe(200)
    expect((await admin(stage, '/readyz')).status).toBe(200)
  })

  test('that never came are 503 with Retry-After on protected routes, until they come; public routes serve', async () => {
    const issuer = await createTestIssuer()
    onTestFinished(() => issuer.close())
    issuer.fault = 'error'
    const upstream = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1')
    await once(upstream, 'listening')
    onTestFinished(() => {
      upstream.closeAllConnections()
      upstream.close()
    })
    const { port } = upstream.address() as AddressInfo // A TCP listener has no other address.
    const gateway = await startGateway(
      guarding(routes).replace('ISSUER', issuer.url).replace('UPSTREAM', `http://127.0.0.1:${port}`),
    )
    onTestFinished(() => gateway.stop())
    const token = await issuer.sign(issuer.claims(resource))
    const refused = await call(gateway.port, '/me', { token })
    expect([refused.status, refused.problem.code]).toEqual([503, 'issuer_unavailable'])
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect((await call(gateway.port, '/open')).status).toBe(200)
    const ready = await admin({ gateway }, '/readyz')
    expect(ready.status).toBe(503)
    expect(ready.json.missing).toHaveLength(1)
    expect(ready.json.missing[0]).toContain(issuer.url)
    issuer.fault = undefined
    await expect
      .poll(async () => (await call(gateway.port, '/me', { token })).status, { timeout: 10_000 })
      .toBe(200)
    expect((await admin({ gateway }, '/readyz')).status).toBe(200)
  })
})

describe('the admin listener', () => {
  test('answers /livez, /readyz and /routes', async () => {
    const stage = await createStage(
      guarding('/me: authenticated\n/todos: { GET: read, POST: { anyOf: [write, "admin audit"] } }'),
    )
    expect(await admin(stage, '/livez')).toMatchObject({ status: 200, json: { live: true } })
    await expect.poll(async () => (await admin(stage, '/readyz')).status).toBe(200)
    expect((await admin(stage, '/readyz')).json).toMatchObject({ ready: true, missing: [] })
    const { json } = await admin(stage, '/routes')
    expect(json.routes).toEqual([
      expect.objectContaining({ api: 'todo', path: '/me', requires: 'authenticated' }),
      expect.objectContaining({
        path: '/todos',
        methods: expect.arrayContaining(['GET', 'HEAD']),
        requires: 'scope read',
      }),
      expect.objectContaining({ path: '/todos', methods: ['POST'] }),
    ])
  })

  test('says what it answers when asked for something else, and takes GET and HEAD only', async () => {
    const stage = await createStage(guarding(routes))
    const { status, json } = await admin(stage, '/metricz')
    expect(status).toBe(404)
    expect(JSON.stringify(json)).toContain('/readyz')
    expect(await admin(stage, '/livez', 'POST')).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    })
    expect((await admin(stage, '/livez', 'HEAD')).status).toBe(200)
  })

  test('is never on the public port', async () => {
    const stage = await createStage(guarding(routes))
    for (const path of ['/livez', '/readyz', '/routes']) expect((await stage.call(path)).status).toBe(404)
  })
})
