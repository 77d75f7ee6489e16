import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startGateway } from '../support/gateway.ts'
import { createTestIssuer } from '../support/issuer.ts'
import { spawnGateway } from '../support/process.ts'
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
    // A set is asked for again at most every 2 s, whoever asks: the first answer after a rotation may be
    // late, never wrong.
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

describe('SIGHUP', () => {
  test.each([1, 2])(
    'fetches the keys at once, also when the file is broken: with %i workers',
    async (workers) => {
      const issuer = await createTestIssuer()
      onTestFinished(() => issuer.close())
      const file = `workers: ${workers}\n${guarding(routes).replace('ISSUER', issuer.url).replace('UPSTREAM', 'http://127.0.0.1:9')}`
      const gateway = await spawnGateway(file)
      await expect.poll(() => issuer.counts.jwks).toBe(workers)
      gateway.child.kill('SIGHUP')
      await expect.poll(() => issuer.counts.jwks, { timeout: 5000 }).toBe(2 * workers)
      gateway.write('apis: nothing')
      gateway.child.kill('SIGHUP')
      await expect.poll(() => issuer.counts.jwks, { timeout: 5000 }).toBe(3 * workers)
    },
  )
})

describe('/readyz', () => {
  test('names the issuer of each entry, and of what is missing', async () => {
    const [one, two] = [await createTestIssuer(), await createTestIssuer()]
    onTestFinished(() => one.close())
    onTestFinished(() => two.close())
    two.fault = 'error'
    const gateway = await startGateway(`
issuers: { one: { url: "${one.url}" }, two: { url: "${two.url}" } }
apis:
  one: { issuer: one, path: /one, resource: https://one.test/, upstream: http://127.0.0.1:9, routes: { /one: read } }
  two: { issuer: two, path: /two, resource: https://two.test/, upstream: http://127.0.0.1:8, routes: { /two: read } }
`)
    onTestFinished(() => gateway.stop())
    const problem = `${two.url}/.well-known/openid-configuration answered 500`
    await expect
      .poll(async () => (await admin({ gateway }, '/readyz')).json)
      .toMatchObject({
        ready: false,
        missing: [`${two.url}: ${problem}`],
        issuers: [
          { issuer: one.url, ready: true, keys: 1 },
          { issuer: two.url, ready: false, keys: 0, problem },
        ],
      })
  })

  test('and the log never show a user or a key that stands in jwksUri', async () => {
    const issuer = await createTestIssuer()
    onTestFinished(() => issuer.close())
    issuer.fault = 'error'
    const secret = issuer.url.replace('http://', 'http://secret-user:secret-password@')
    const gateway = await startGateway(
      guarding(routes)
        .replace('url: ISSUER', `url: "${issuer.url}", jwksUri: "${secret}/jwks?key=secret-key"`)
        .replace('UPSTREAM', 'http://127.0.0.1:9'),
    )
    onTestFinished(() => gateway.stop())
    const problem = `${issuer.url}/jwks?... answered 500`
    await expect
      .poll(async () => (await admin({ gateway }, '/readyz')).json.issuers)
      .toMatchObject([{ issuer: issuer.url, problem }])
    issuer.fault = undefined
    await expect.poll(async () => (await admin({ gateway }, '/readyz')).status, { timeout: 5000 }).toBe(200)
    expect(gateway.logText()).toContain(problem)
    expect(gateway.logText() + JSON.stringify(await admin({ gateway }, '/readyz'))).not.toContain('secret')
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
