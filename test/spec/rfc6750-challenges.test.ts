import { describe, expect, test } from 'vitest'
import { sendRaw } from '../support/raw.ts'
import { createStage, guarding, type Stage } from '../support/stage.ts'

const routes = `
/public: public
/optional: optional
/any: authenticated
/todos: { GET: read, POST: read write }
/either: { anyOf: [read, admin audit] }
/users/{id}: { where: { sub: "{id}" } }
/org: { scopes: read, where: { organization_id: [o1, o2], level: 3 } }
`
const stageOf = (more = '') => createStage(guarding(routes, more))
const challengeOf = (stage: Stage, path: string, token?: string, method = 'GET') =>
  stage
    .call(path, token === undefined ? { method } : { method, token })
    .then(({ status, headers, problem }) => ({
      status,
      code: problem.code,
      challenge: headers['www-authenticate'],
    }))

describe('a request without credentials', () => {
  test('is forwarded where the route is public or optional, and carries no identity', async () => {
    const stage = await stageOf()
    expect((await stage.call('/public')).status).toBe(200)
    expect((await stage.call('/optional')).status).toBe(200)
    expect(stage.upstream.received()).not.toMatch(/^x-user/im)
  })

  test('gets 401 without an error code elsewhere (RFC 6750 section 3.1)', async () => {
    const stage = await stageOf()
    expect(await challengeOf(stage, '/todos')).toEqual({
      status: 401,
      code: 'token_missing',
      challenge: 'Bearer realm="scopegate"',
    })
  })

  test('is told the public URL as realm where one is configured', async () => {
    const stage = await stageOf('publicUrl: https://api.test')
    expect((await challengeOf(stage, '/todos')).challenge).toMatch(/^Bearer realm="https:\/\/api\.test", /)
  })

  test.each([
    ['Basic', 'Basic dXNlcjpwYXNz'],
    ['an unknown scheme', 'Digest a=b'],
  ])('by %s is one without a token', async (_name, Authorization) => {
    const stage = await stageOf()
    const { status, headers } = await stage.call('/todos', { headers: { Authorization } })
    expect(status).toBe(401)
    expect(headers['www-authenticate']).not.toContain('error')
  })
})

describe('malformed credentials', () => {
  test.each([
    ['no token', 'Authorization: Bearer\r\n'],
    ['a token that is no b64token', 'Authorization: Bearer a b\r\n'],
    ['a quoted token', 'Authorization: Bearer "abc"\r\n'],
    ['two Authorization headers', 'Authorization: Bearer abc\r\nAuthorization: Bearer abc\r\n'],
    ['two tokens in one header', 'Authorization: Bearer abc, Bearer def\r\n'],
  ])('(%s) are 400 invalid_request', async (_name, headers) => {
    const stage = await stageOf()
    const { status, text } = await sendRaw(
      stage.gateway.port,
      `GET /todos HTTP/1.1\r\nHost: a.test\r\n${headers}Connection: close\r\n\r\n`,
    )
    expect(status).toBe(400)
    expect(text).toContain('"code":"invalid_request"')
    expect(stage.upstream.received()).toBe('')
  })

  test('in the query are refused, and never forwarded', async () => {
    const stage = await stageOf()
    const token = await stage.token()
    const answer = await challengeOf(stage, `/todos?access_token=${token}`)
    expect(answer).toMatchObject({ status: 400, code: 'invalid_request' })
    expect(answer.challenge).toContain('error="invalid_request"')
    expect(stage.upstream.received()).toBe('')
    expect(stage.gateway.logText()).not.toContain(token.slice(-20))
  })

  test('in a body are never read', async () => {
    const stage = await stageOf()
    const { status } = await stage.call('/todos', {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `access_token=${await stage.token()}`,
    })
    expect(status).toBe(401)
  })
})

describe('a valid token', () => {
  test('passes when it holds every scope, whatever the case of the scheme and the spaces behind it', async () => {
    const stage = await stageOf()
    const token = await stage.token({ scope: 'read write' })
    for (const Authorization of [`Bearer ${token}`, `bearer ${token}`, `BEARER   ${token}`]) {
      expect((await stage.call('/todos', { method: 'POST', headers: { Authorization } })).status).toBe(200)
    }
  })

  test('without a scope is 403, and the challenge names every scope that the route needs', async () => {
    const stage = await stageOf()
    const answer = await challengeOf(stage, '/todos', await stage.token(), 'POST')
    expect(answer).toMatchObject({ status: 403, code: 'insufficient_scope' })
    expect(answer.challenge).toMatch(
      /^Bearer realm="scopegate", error="insufficient_scope", .*scope="read write"$/,
    )
  })

  test('without a scope is told which one the route needs and which ones it holds', async () => {
    const stage = await stageOf()
    const detail = async (path: string, method: string, claims?: Record<string, unknown>) =>
      (await stage.call(path, { method, token: await stage.token(claims) })).problem.detail
    expect(await detail('/todos', 'POST')).toBe(
      'This route needs the scopes read write; the access token holds read',
    )
    expect(await detail('/either', 'GET', { scope: 'audit' })).toBe(
      'This route needs the scope read or the scopes admin audit; the access token holds audit',
    )
    expect(await detail('/todos', 'GET', { scope: '' })).toBe(
      'This route needs the scope read; the access token holds none',
    )
    expect((await stage.call('/todos', { method: 'DELETE' })).problem.detail).toBe(
      'This path has no route for this method; it has GET, POST, HEAD',
    )
  })

  test('is held against anyOf as whole sets, and the challenge names the first', async () => {
    const stage = await stageOf()
    const status = async (scope: string) =>
      (await challengeOf(stage, '/either', await stage.token({ scope }))).status
    expect(await status('read')).toBe(200)
    expect(await status('audit admin')).toBe(200)
    expect(await status('admin')).toBe(403)
    const refused = await challengeOf(stage, '/either', await stage.token({ scope: 'audit' }))
    expect(refused.challenge).toContain('scope="read"')
  })

  test.each(['Read', 'read:all', 'reader', 'xread', 'READ', 'read\u00e9'])(
    'with scope %j does not hold read',
    async (scope) => {
      const stage = await stageOf()
      expect((await challengeOf(stage, '/todos', await stage.token({ scope }))).status).toBe(403)
    },
  )

  test.each([undefined, '', [], ['write']])(
    'with scope %j holds nothing, but is authenticated',
    async (scope) => {
      const stage = await stageOf()
      const token = await stage.token({ scope })
      expect((await challengeOf(stage, '/any', token)).status).toBe(200)
      expect((await challengeOf(stage, '/todos', token)).status).toBe(403)
    },
  )

  test('may give its scopes as an array', async () => {
    const stage = await stageOf()
    expect((await stage.call('/todos', { token: await stage.token({ scope: ['read', 'x'] }) })).status).toBe(
      200,
    )
  })

  test('must meet where: the parameter of the path, percent-decoded', async () => {
    const stage = await stageOf()
    const token = await stage.token({ sub: 'a b' })
    expect((await challengeOf(stage, '/users/a%20b', token)).status).toBe(200)
    const refused = await challengeOf(stage, '/users/other', token)
    expect(refused).toMatchObject({ status: 403, code: 'condition_failed' })
    expect(refused.challenge).toContain('error="insufficient_scope"')
    expect(refused.challenge).not.toContain('scope=')
  })

  test.each([
    [{ organization_id: 'o1', level: 3 }, 200],
    [{ organization_id: ['x', 'o2'], level: 3 }, 200],
    [{ organization_id: 'o3', level: 3 }, 403],
    [{ organization_id: 'o1', level: '3' }, 403],
    [{ level: 3 }, 403],
    [{ organization_id: 'o1' }, 403],
  ])('must meet where, typed and exact: %j', async (claims, status) => {
    const stage = await stageOf()
    expect((await challengeOf(stage, '/org', await stage.token(claims))).status).toBe(status)
  })

  test('must be of a client on the list', async () => {
    const stage = await createStage(
      guarding('/any: authenticated').replace('upstream:', 'clients: [app1]\n    upstream:'),
    )
    expect((await challengeOf(stage, '/any', await stage.token())).status).toBe(200)
    expect(await challengeOf(stage, '/any', await stage.token({ client_id: 'app2' }))).toMatchObject({
      status: 403,
      code: 'condition_failed',
    })
  })

  test('is not looked at where the route is public', async () => {
    const stage = await stageOf()
    expect((await stage.call('/public', { token: 'a.b.c' })).status).toBe(200)
  })

  test('is looked at where the route is optional', async () => {
    const stage = await stageOf()
    expect(await challengeOf(stage, '/optional', 'a.b.c')).toMatchObject({
      status: 401,
      code: 'invalid_token',
    })
    expect((await stage.call('/optional', { token: await stage.token() })).status).toBe(200)
    expect(stage.upstreamHeader('X-User-Id')).toBe('user1')
  })
})

describe('a token that is not accepted', () => {
  test.each([
    ['of another resource', { aud: 'https://other.test/' }, /aud/],
    ['that has expired', { exp: 1 }, /exp/],
    ['without a subject', { sub: undefined }, /sub/],
    ['that lives too long', { exp: Math.floor(Date.now() / 1000) + 90_000 }, /maxLifetime/],
    ['that is bound to a key', { cnf: { jkt: 'x' } }, /cnf/],
    ['not valid yet', { nbf: Math.floor(Date.now() / 1000) + 600 }, /nbf/],
  ])(
    '(%s) is 401 with a description that names the check, and none of its content',
    async (_name, claims, names) => {
      const stage = await stageOf()
      const { status, headers, problem, body } = await stage.call('/todos', {
        token: await stage.token(claims),
      })
      expect(status).toBe(401)
      expect(problem.code).toBe('invalid_token')
      expect(headers['www-authenticate']).toMatch(
        /^Bearer realm="scopegate", error="invalid_token", error_description="[^"]+"$/,
      )
      expect(problem.detail).toMatch(names)
      expect(body + headers['www-authenticate']).not.toMatch(/evil|other\.test|user1/)
    },
  )

  test('(of another issuer) is 401: the body says which, safely, and the challenge nothing of the token', async () => {
    const stage = await stageOf()
    const token = await stage.token({ iss: 'https://evil.test/"\r\nX: y\u00e4' })
    const { status, headers, problem } = await stage.call('/todos', { token })
    expect([status, problem.code]).toEqual([401, 'invalid_token'])
    const received = 'https://evil.test/???X:?y?'
    expect(problem.detail).toBe(
      `iss is not the configured issuer: received ${received}, configured ${stage.issuer.url}`,
    )
    expect(headers['www-authenticate']).toBe(
      'Bearer realm="scopegate", error="invalid_token", error_description="iss is not the configured issuer"',
    )
    await expect.poll(() => stage.gateway.logText()).toContain(`received ${received}, configured`)
  })

  test('(opaque) is told why Logto sent such a one, and what to change', async () => {
    const stage = await createStage(guarding(routes).replace('url: ISSUER', 'logto: http://127.0.0.1:9'))
    const { status, problem } = await stage.call('/todos', {
      token: 'B8KhZ0bBVYCzkm2Xj8Gd0pVtS7Jrb1kT0hM1YvXpZlQ',
    })
    expect(status).toBe(401)
    expect(problem.code).toBe('invalid_token')
    for (const word of [/opaque/, /openid/, /resource/, /Default API/]) expect(problem.detail).toMatch(word)
  })
})

describe('every refusal', () => {
  test('is application/problem+json that must not be stored, with the id that the log has', async () => {
    const stage = await stageOf()
    const { headers, body, problem } = await stage.call('/todos', { headers: { 'X-Request-Id': 'abc-1' } })
    expect(headers['content-type']).toBe('application/problem+json')
    expect(headers['cache-control']).toBe('no-store')
    expect(JSON.parse(body)).toEqual({
      type: expect.any(String),
      title: expect.any(String),
      status: 401,
      detail: expect.any(String),
      code: 'token_missing',
      requestId: 'abc-1',
    })
    expect(problem.requestId).toBe('abc-1')
    await expect.poll(() => stage.gateway.logs.some((line) => line['requestId'] === 'abc-1')).toBe(true)
  })

  test('says the same of an unknown path with and without a token', async () => {
    const stage = await stageOf()
    const without = await stage.call('/nowhere')
    const withToken = await stage.call('/nowhere', { token: await stage.token() })
    expect([without.status, withToken.status]).toEqual([404, 404])
    expect(without.problem.detail).toBe(withToken.problem.detail)
    expect(without.headers['www-authenticate']).toBeUndefined()
  })

  test('to HEAD has no body', async () => {
    const stage = await stageOf()
    expect(await stage.call('/todos', { method: 'HEAD' })).toMatchObject({ status: 401, body: '' })
  })
})
