import { once } from 'node:events'
import { request } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startHttpUpstream } from '../support/http-upstream.ts'
import { createOpaqueStage, introspection, type OpaqueStage, token as tokenPath } from '../support/opaque.ts'
import { createStage, guarding } from '../support/stage.ts'
import { openWebSocket, startWebSocketServer } from '../support/websocket.ts'

const aliceId = '7q6j4duell21'
const nextSecond = () => new Promise((resolve) => setTimeout(resolve, 1000 - (Date.now() % 1000) + 20))
/** Cuts alice off until now, by the clock of the issuer. */
const cutAliceOff = ({ gateway }: Pick<OpaqueStage, 'gateway'>, instantMs = Date.now()) =>
  gateway.revoke([{ kind: 'sub', id: aliceId, instantMs }])

describe('a cut-off', () => {
  test('refuses an exchanged token by the time at which the token itself was issued', async () => {
    const stage = await createOpaqueStage({ tokens: 'opaque: exchange' })
    const token = await stage.opaque()
    const issuedMs = Date.now()
    await nextSecond()
    await nextSecond()
    // It is exchanged after the cut-off: the JWT alone would be from after it.
    await cutAliceOff(stage, issuedMs)
    const { status, problem } = await stage.call('/todos', { token })
    expect([status, problem.code]).toEqual([401, 'invalid_token'])
    expect(problem.detail).toMatch(/revoked/i)
    expect((await stage.call('/todos', { token: await stage.opaque() })).status).toBe(200)
  })

  test('refuses an introspected token, known or new', async () => {
    const stage = await createOpaqueStage({ tokens: 'opaque: introspect', routes: '{ /me: authenticated }' })
    const [known, fresh] = [await stage.opaque(), await stage.opaque()]
    expect((await stage.call('/me', { token: known })).status).toBe(200)
    await cutAliceOff(stage)
    const asked = stage.calls[introspection]
    expect((await stage.call('/me', { token: known })).status).toBe(401)
    expect(stage.calls[introspection]).toBe(asked)
    expect((await stage.call('/me', { token: fresh })).status).toBe(401)
  })

  test('has Logto asked anew about a personal access token, once, and takes what it says then', async () => {
    const stage = await createOpaqueStage({
      tokens: 'opaque: exchange, exchange: { personalAccessTokens: true }',
    })
    const pat = `pat_${'a'.repeat(32)}`
    const alice = stage.logto.data.users.find(({ username }) => username === 'alice')
    if (alice === undefined) throw new Error('no alice')
    alice.personalAccessTokens = [{ name: 'cli', value: pat }]
    const ask = async () => (await stage.call('/todos', { token: pat })).status
    expect([await ask(), await ask()]).toEqual([200, 200])
    const exchanged = stage.calls[tokenPath] ?? 0
    await cutAliceOff(stage, Date.now() + 1000)
    // Until that second is over, an answer could still be from before it.
    expect(await ask()).toBe(401)
    await nextSecond()
    await nextSecond()
    expect([await ask(), await ask()]).toEqual([200, 200])
    expect(stage.calls[tokenPath]).toBe(exchanged + 1)
    alice.isSuspended = true
    await cutAliceOff(stage)
    await nextSecond()
    expect([await ask(), await ask()]).toEqual([401, 401])
  })

  test('lets a JWT of the next second in', async () => {
    const stage = await createOpaqueStage({ tokens: 'opaque: exchange' })
    const token = await stage.jwt()
    expect((await stage.call('/todos', { token })).status).toBe(200)
    await cutAliceOff(stage)
    expect((await stage.call('/todos', { token })).status).toBe(401)
    await nextSecond()
    expect((await stage.call('/todos', { token: await stage.jwt() })).status).toBe(200)
  })
})

describe('a cut-off ends open streams', () => {
  const minuteAgo = () => ({ iat: Math.floor(Date.now() / 1000) - 60 })

  test('event streams of that user within a second, and of nobody else', async () => {
    const upstream = await startHttpUpstream((_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n')
    })
    const stage = await createStage(guarding('/events: read').replace('UPSTREAM', upstream.url))
    const open = async (sub: string) => {
      const headers = { Authorization: `Bearer ${await stage.token({ sub, ...minuteAgo() })}` }
      const client = request({
        port: stage.gateway.port,
        host: '127.0.0.1',
        path: '/events',
        headers,
        agent: false,
      })
      client.on('error', () => {}).end()
      onTestFinished(() => void client.destroy())
      const [response] = await once(client, 'response')
      let ended = false
      response
        .on('error', () => {})
        .on('close', () => {
          ended = true
        })
      response.resume()
      return () => ended
    }
    const [alice, bob] = [await open('alice'), await open('bob')]
    const startedMs = performance.now()
    await stage.gateway.revoke([{ kind: 'sub', id: 'alice' }])
    await expect.poll(alice, { interval: 5 }).toBe(true)
    expect(performance.now() - startedMs).toBeLessThan(1000)
    expect(bob()).toBe(false)
    await expect
      .poll(() => stage.gateway.logs.map(({ detail }) => String(detail)))
      .toContainEqual(expect.stringContaining('access token was revoked'))
  })

  test('WebSockets with 1008, and of nobody else', async () => {
    const upstream = await startWebSocketServer()
    const stage = await createStage(
      guarding('/ws: { scopes: read, websocket: true }').replace('UPSTREAM', upstream),
    )
    const open = async (sub: string) =>
      openWebSocket(stage.gateway.port, '/ws', {
        Authorization: `Bearer ${await stage.token({ sub, ...minuteAgo() })}`,
      })
    const [alice, bob] = [await open('alice'), await open('bob')]
    const closed = once(alice, 'close')
    const startedMs = performance.now()
    await stage.gateway.revoke([{ kind: 'sub', id: 'alice' }])
    const [code, reason] = await closed
    expect([code, String(reason)]).toEqual([1008, expect.stringContaining('revoked')])
    expect(performance.now() - startedMs).toBeLessThan(1000)
    expect(bob.readyState).toBe(bob.OPEN)
  })

  test('also one whose response begins after it', async () => {
    let begin: (() => void) | undefined
    const upstream = await startHttpUpstream((_, response) => {
      begin = () => void response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n')
    })
    const stage = await createStage(guarding('/events: read').replace('UPSTREAM', upstream.url))
    const headers = { Authorization: `Bearer ${await stage.token({ sub: 'alice', ...minuteAgo() })}` }
    const client = request({
      port: stage.gateway.port,
      host: '127.0.0.1',
      path: '/events',
      headers,
      agent: false,
    })
    const closed = new Promise((resolve) => client.once('close', resolve))
    client.on('error', () => {}).on('response', (response) => response.on('error', () => {}).resume())
    client.end()
    await expect.poll(() => begin).toBeDefined()
    await stage.gateway.revoke([{ kind: 'sub', id: 'alice' }])
    begin?.()
    await closed
  })
})

describe('a cut-off from before issuer and issuer.also changed places', () => {
  const before = guarding('/x: read')
  const after = before.replace(
    '{ url: ISSUER }',
    '{ url: "https://custom.test/oidc", also: [ISSUER], jwksUri: ISSUER/jwks }',
  )
  const minuteAgo = () => Math.floor(Date.now() / 1000) - 60

  test('still refuses the tokens of that user, whichever name they have', async () => {
    const stage = await createStage(before)
    await stage.gateway.revoke([{ kind: 'sub', id: 'alice', instantMs: Date.now() }])
    await stage.gateway.reload(stage.config(after))
    const statusOf = async (claims: object) =>
      (await stage.call('/x', { token: await stage.token({ iat: minuteAgo(), ...claims }) })).status
    const custom = { iss: 'https://custom.test/oidc' }
    expect([await statusOf({ sub: 'alice' }), await statusOf({ sub: 'alice', ...custom })]).toEqual([
      401, 401,
    ])
    expect(await statusOf({ sub: 'bob', ...custom })).toBe(200)
  })

  test('and one from after it ends streams from before it', async () => {
    const upstream = await startWebSocketServer()
    const withWebSocket = (yaml: string) =>
      yaml.replace('/x: read', '/ws: { scopes: read, websocket: true }').replace('UPSTREAM', upstream)
    const stage = await createStage(withWebSocket(before))
    const token = await stage.token({ sub: 'alice', iat: minuteAgo() })
    const alice = await openWebSocket(stage.gateway.port, '/ws', { Authorization: `Bearer ${token}` })
    await stage.gateway.reload(stage.config(withWebSocket(after)))
    const closed = once(alice, 'close')
    await stage.gateway.revoke([{ kind: 'sub', id: 'alice', instantMs: Date.now() }])
    expect((await closed)[0]).toBe(1008)
  })
})
