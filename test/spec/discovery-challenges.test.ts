import { describe, expect, test } from 'vitest'
import { createStage, type Stage } from '../support/stage.ts'

const resource = 'https://api.test/todo'
const metadata = 'resource_metadata="https://api.test/.well-known/oauth-protected-resource/todo"'

const start = (more = '', issuer = '{ url: ISSUER }') =>
  createStage(`
issuer: ${issuer}
publicUrl: https://api.test
apis:
  todo:
    resource: ${resource}
    upstream: UPSTREAM
    ${more}
    routes:
      /todos: { GET: read, POST: write read }
      /either: { anyOf: [audit admin, read] }
      /hidden: hidden
      /optional: optional
      /mine/{id}: { where: { sub: "{id}" } }
`)

const tokenOf = (stage: Stage, scope: string) => stage.issuer.sign(stage.issuer.claims(resource, { scope }))
const challengeOf = async (stage: Stage, path: string, call: Parameters<Stage['call']>[1] = {}) => {
  const { status, headers } = await stage.call(path, call)
  return `${status} ${headers['www-authenticate']}`
}

describe('the challenge of an API whose metadata is published', () => {
  test('names the metadata, and in a 401 every scope of it', async () => {
    const stage = await start()
    const all = 'scope="read write audit admin hidden"'
    const start401 = '401 Bearer realm="https://api.test"'
    expect(await challengeOf(stage, '/todos')).toBe(`${start401}, ${all}, ${metadata}`)
    expect(await challengeOf(stage, '/mine/a')).toBe(`${start401}, ${all}, ${metadata}`)
    const expired = await stage.issuer.sign(stage.issuer.claims(resource, { exp: 1 }))
    expect(await challengeOf(stage, '/todos', { token: expired })).toMatch(
      new RegExp(`^${start401}, error="invalid_token", error_description="[^"]+", ${all}, ${metadata}$`),
    )
  })

  test('of a 401 names the scopes that the file has for the metadata', async () => {
    const stage = await start('metadata: { scopes: other read }')
    expect(await challengeOf(stage, '/todos')).toContain('scope="other read"')
  })

  test('of a 403 names the needed and the held scopes, in the order in which routes name them', async () => {
    const stage = await start()
    const refused = async (path: string, scope: string, method = 'GET') =>
      (await challengeOf(stage, path, { method, token: await tokenOf(stage, scope) })).replace(
        /^.*, scope=/,
        '',
      )
    expect(await refused('/todos', 'hidden', 'POST')).toBe(`"read write hidden", ${metadata}`)
    expect(await refused('/todos', 'admin foreign write openid')).toBe(`"read write admin", ${metadata}`)
    expect(await refused('/either', 'write')).toBe(`"write audit admin", ${metadata}`)
    expect(await refused('/either', 'write')).toBe(`"write audit admin", ${metadata}`)
    expect(await refused('/todos', '')).toBe(`"read", ${metadata}`)
  })

  test('of a 403 names a needed scope that the metadata hides, and no held one that it hides', async () => {
    const stage = await start('metadata: { scopes: other read write }')
    const refused = async (path: string, scope: string) =>
      await challengeOf(stage, path, { token: await tokenOf(stage, scope) })
    expect(await refused('/hidden', 'other read')).toContain('scope="read hidden other"')
    expect(await refused('/todos', 'hidden write')).toContain('scope="read write"')
  })

  test('is the same for one token and route each time, and says what the route needs in words', async () => {
    const stage = await start()
    const token = await tokenOf(stage, 'audit')
    const [first, second] = [await stage.call('/todos', { token }), await stage.call('/todos', { token })]
    expect(first.headers['www-authenticate']).toBe(second.headers['www-authenticate'])
    expect(first.problem.detail).toBe('This route needs the scope read; the access token holds audit')
  })

  test('of a condition, of malformed credentials and of a query names the metadata and no scope', async () => {
    const stage = await start()
    const token = await tokenOf(stage, 'read')
    const answers = [
      await challengeOf(stage, '/mine/other', { token }),
      await challengeOf(stage, '/todos', { headers: { Authorization: 'Bearer a b' } }),
      await challengeOf(stage, '/todos?access_token=x'),
    ]
    expect(answers.map((answer) => answer.slice(0, 3))).toEqual(['403', '400', '400'])
    for (const answer of answers) {
      expect(answer).toContain(metadata)
      expect(answer).not.toContain(' scope=')
    }
  })

  test('can be read by pages', async () => {
    const stage = await start('cors: { origins: ["https://app.test"] }')
    const { headers } = await stage.call('/todos', { headers: { Origin: 'https://app.test' } })
    expect(headers['access-control-expose-headers']).toContain('WWW-Authenticate')
  })

  test('is as without metadata where it is switched off', async () => {
    const stage = await start('metadata: false')
    expect(await challengeOf(stage, '/todos')).toBe('401 Bearer realm="https://api.test"')
    const token = await tokenOf(stage, 'write')
    expect(await challengeOf(stage, '/todos', { token })).toMatch(/, scope="read"$/)
  })
})

describe('credentials that hold nothing', () => {
  test.each(['Bearer', 'Bearer ', 'bearer    '])('%j are none where metadata is published', async (sent) => {
    const stage = await start()
    const call = { headers: { Authorization: sent } }
    expect(await challengeOf(stage, '/todos', call)).toBe(await challengeOf(stage, '/todos'))
    expect((await stage.call('/optional', call)).status).toBe(200)
    expect(stage.upstreamHeader('Authorization')).toBeUndefined()
  })

  test('are malformed elsewhere', async () => {
    const stage = await start('metadata: false')
    const call = { headers: { Authorization: 'Bearer' } }
    expect(await challengeOf(stage, '/todos', call)).toMatch(/^400 .*error="invalid_request"/)
    expect((await stage.call('/optional', call)).status).toBe(400)
  })

  test.each([
    ['undefined', '{ url: ISSUER }'],
    ['null', '{ url: ISSUER }'],
    ['undefined', '{ logto: ORIGIN }'],
    ['null', '{ logto: ORIGIN }'],
  ])('such as Bearer %s are called what they are (%s)', async (token, issuer) => {
    const stage = await start('', issuer)
    const { status, problem, headers } = await stage.call('/todos', { token })
    expect([status, problem.code]).toEqual([401, 'invalid_token'])
    expect(problem.detail).toMatch(/undefined|null/)
    expect(headers['www-authenticate']).toContain(metadata)
  })
})
