import { describe, expect, test } from 'vitest'
import { createStage, guarding } from '../support/stage.ts'

const routes = `
/any: read
/users: { scopes: read, kind: user }
/machines: { scopes: read, kind: machine }
/hello: { optional: true, kind: user }
`
const machine = { sub: 'app1', client_id: 'app1' }

describe("a token whose sub is its client is a machine's", () => {
  test('and is told to the upstream as a client, not as a user', async () => {
    const stage = await createStage(guarding(routes))
    expect((await stage.call('/any', { token: await stage.token(machine) })).status).toBe(200)
    expect(stage.upstreamHeader('X-Client-Id')).toBe('app1')
    expect(stage.upstreamHeader('X-User-Id')).toBeUndefined()
    expect(stage.upstreamHeader('X-User-Scopes')).toBe('read')
  })

  test('and as a user too with identity.machines: user', async () => {
    const stage = await createStage(guarding(routes, 'identity: { machines: user }'))
    await stage.call('/any', { token: await stage.token(machine) })
    expect(stage.upstreamHeader('X-User-Id')).toBe('app1')
  })
})

describe('a route takes by its kind', () => {
  test.each([
    ['/users', {}, 200],
    ['/users', machine, 403],
    ['/machines', {}, 403],
    ['/machines', machine, 200],
    ['/hello', {}, 200],
    ['/hello', machine, 403],
  ])('%s with %j: %i', async (path, claims, status) => {
    const stage = await createStage(guarding(routes))
    const answer = await stage.call(path, { token: await stage.token(claims) })
    expect(answer.status).toBe(status)
    if (status === 200) return
    expect(answer.problem.code).toBe('condition_failed')
    expect(answer.headers['www-authenticate']).toMatch(/error="insufficient_scope"/)
    expect(answer.problem.detail).toMatch(/machine.*user|user.*machine/)
  })

  test('nobody where no token is needed and none is sent', async () => {
    const stage = await createStage(guarding(routes))
    expect((await stage.call('/hello')).status).toBe(200)
  })
})
