import { describe, expect, test } from 'vitest'
import { sendRaw } from '../support/raw.ts'
import { createStage, guarding, type Stage } from '../support/stage.ts'

const routes = '/todos: { GET: read, POST: read write }\n/open: public'
const lines = (stage: Stage) => stage.gateway.logs.filter(({ msg }) => msg === 'request')
const onlyLine = async (stage: Stage) => {
  await expect.poll(() => lines(stage)).toHaveLength(1)
  return lines(stage)[0]
}

describe('the decision log', () => {
  test('has one line for an allowed request: who, what, why, how long', async () => {
    const stage = await createStage(guarding(routes))
    const token = await stage.token()
    await stage.call('/todos?secret=1', { token, headers: { 'X-Request-Id': 'r1' } })
    expect(await onlyLine(stage)).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      msg: 'request',
      requestId: 'r1',
      api: 'todo',
      route: '/todos',
      method: 'GET',
      path: '/todos',
      status: 200,
      outcome: 'allow',
      sub: 'user1',
      clientId: 'app1',
      scopesHeld: 'read',
      scopesNeeded: 'read',
      tokenKind: 'jwt',
      cache: 'miss',
      authMs: expect.any(Number),
      upstreamMs: expect.any(Number),
      bytesIn: 0,
      bytesOut: 2,
      remote: '127.0.0.1',
    })
    await stage.call('/todos', { token })
    await expect.poll(() => lines(stage)[1]).toMatchObject({ cache: 'hit' })
  })

  test('names the scopes held and needed when a scope is missing', async () => {
    const stage = await createStage(guarding(routes))
    await stage.call('/todos', { method: 'POST', token: await stage.token() })
    expect(await onlyLine(stage)).toMatchObject({
      status: 403,
      outcome: 'refuse',
      code: 'insufficient_scope',
      sub: 'user1',
      scopesHeld: 'read',
      scopesNeeded: 'read write',
      route: '/todos',
    })
  })

  test('counts bytes both ways', async () => {
    const stage = await createStage(guarding(routes), (socket, text) => {
      if (text.endsWith('hello')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbye')
    })
    await stage.call('/open', { method: 'POST', body: 'hello' })
    expect(await onlyLine(stage)).toMatchObject({ bytesIn: 5, bytesOut: 3 })
  })

  test.each([
    ['GET /a b HTTP/1.1\r\nHost: a.test\r\n\r\n', 400],
    ['GET /a HTTP/1.1\r\nHost: a.test\r\nX: \u0000\r\n\r\n', 400],
    ['\u0016\u0003\u0001\u0002\u0000\u0001', 400],
    ['GET /a HTTP/1.1\r\n\r\n', 400],
  ])('has a line for what did not parse: %j', async (bytes, status) => {
    const stage = await createStage(guarding(routes))
    await sendRaw(stage.gateway.port, bytes)
    expect(await onlyLine(stage)).toMatchObject({ status, outcome: 'refuse', remote: '127.0.0.1' })
  })

  test('never holds a token, a credential, a cookie, a code or a query value', async () => {
    const stage = await createStage(guarding(routes, 'log: { level: debug }'))
    const token = await stage.token()
    const forged = `${token.slice(0, -4)}AAAA`
    const secrets = { Cookie: 'session=topsecret1', 'X-Api-Key': 'topsecret2' }
    for (const sent of [token, forged, `${token}x.y`, 'topsecret3', token.split('.')[0] ?? '']) {
      await stage.call('/todos?code=topsecret4&state=topsecret5', { token: sent, headers: secrets })
      await stage.call(`/todos?access_token=${sent}`, { headers: secrets })
      await stage.call('/nowhere?x=topsecret6', { token: sent })
    }
    await stage.call('/todos', { headers: { Authorization: 'Basic dG9wc2VjcmV0Nzp4' } })
    await sendRaw(
      stage.gateway.port,
      `GET /todos?x=topsecret8 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\nX: \u0000\r\n\r\n`,
    )
    const text = stage.gateway.logText()
    expect(text).not.toMatch(/topsecret|dG9wc2VjcmV0/)
    for (const part of [...token.split('.'), ...forged.split('.')]) expect(text).not.toContain(part)
  })

  test.each([
    ['all', 2],
    ['refused', 1],
    ['off', 0],
  ])('with decisions: %s has %i of two lines, also after a reload', async (decisions, count) => {
    const stage = await createStage(guarding(routes, `log: { decisions: ${decisions} }`))
    await stage.call('/open')
    await stage.call('/nowhere')
    await expect.poll(() => lines(stage)).toHaveLength(count)
    await stage.gateway.reload(stage.config(guarding(routes, 'log: { decisions: all }')))
    await stage.call('/open')
    await expect.poll(() => lines(stage)).toHaveLength(count + 1)
  })
})
