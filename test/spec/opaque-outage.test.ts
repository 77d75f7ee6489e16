import { describe, expect, test } from 'vitest'
import { createOpaqueStage, introspection, type OpaqueStage, token } from '../support/opaque.ts'

const exchange = { tokens: 'opaque: exchange' }

function problems(stage: OpaqueStage): string[] {
  return stage.gateway.logs.flatMap(({ problem }) => (typeof problem === 'string' ? [problem] : []))
}

describe('an answer of Logto that is not what it should be is 503, never 401, and one log line says what came', () => {
  const cases = {
    'an error': [{ status: 500 }, /token\/introspection answered 500: look into the log of the issuer/],
    'nothing there': [{ status: 404 }, /answered 404: check that this is the introspection endpoint/],
    'another type': [
      { body: '{"active":true}', contentType: 'text/html' },
      /another content type than JSON: check/,
    ],
    'broken JSON': [{ body: '{"active":tr' }, /did not answer with a JSON object: check/],
    'a list': [{ body: '[]' }, /did not answer with a JSON object: check/],
    'no active': [{ body: '{}' }, /does not say whether the token is active: check/],
    'without end': [{ endless: true }, /sent more than 1 MiB; check that the issuer runs/],
    'a redirect elsewhere': [
      { location: 'http://localhost:9/x' },
      /redirects to another origin, which is not followed; /,
    ],
    'a redirect in circles': [{ location: introspection }, /redirects more than 3 times; /],
    'a wrong secret': [
      { status: 401, body: '{"error":"invalid_client"}' },
      /answered 401 invalid_client: check issuer.client/,
    ],
    'not allowed': [
      { status: 400, body: '{"error":"invalid_request"}' },
      /answered 400 invalid_request: check the application/,
    ],
  } as const

  test.each(Object.entries(cases))('%s', async (_, [fault, line]) => {
    const stage = await createOpaqueStage(exchange)
    const opaque = await stage.opaque()
    Object.assign(stage.logto.faults, { path: introspection, ...fault })
    for (let i = 0; i < 2; i++) {
      const answer = await stage.call('/todos', { token: opaque })
      expect([answer.status, answer.problem.code]).toEqual([503, 'issuer_unavailable'])
      expect(answer.headers['retry-after']).toBe('1')
    }
    expect(problems(stage)).toEqual([expect.stringMatching(line)])
    expect(stage.gateway.logText()).not.toContain(opaque)
    expect(stage.gateway.logText()).not.toContain('gateway-secret-of-the-demo')
    delete stage.logto.faults.path
    Object.assign(stage.logto.faults, {
      status: undefined,
      body: undefined,
      location: undefined,
      endless: undefined,
    })
    expect((await stage.call('/todos', { token: opaque })).status).toBe(200)
  })

  test.each([
    [
      'an unknown resource',
      { status: 400, body: '{"error":"invalid_target"}' },
      /invalid_target: the issuer knows no such API/,
    ],
    ['no token', { body: '{}' }, /without a Bearer access token/],
    [
      'an opaque token',
      { body: `{"access_token":"${'x'.repeat(43)}","token_type":"Bearer"}` },
      /something else than a JWT/,
    ],
    [
      'a JWT that is none',
      { body: '{"access_token":"eyJh.eyJh.AAAA","token_type":"Bearer"}' },
      /the exchanged access token is refused: /,
    ],
  ])('an exchange that is answered with %s', async (_, fault, line) => {
    const stage = await createOpaqueStage(exchange)
    const opaque = await stage.opaque()
    Object.assign(stage.logto.faults, { path: token, ...fault })
    expect((await stage.call('/todos', { token: opaque })).status).toBe(503)
    expect(problems(stage)).toEqual([expect.stringMatching(line)])
  })

  test.each([
    [
      'another sub',
      { sub: 'somebody-else', client_id: 'gateway' },
      /names another sub than the introspection/,
    ],
    [
      'another client',
      { sub: '7q6j4duell21', client_id: 'chatgpt' },
      /names another client than issuer.client/,
    ],
  ])('an exchanged JWT of %s (security)', async (_, claims, line) => {
    const stage = await createOpaqueStage(exchange)
    const opaque = await stage.opaque()
    const now = Math.floor(Date.now() / 1000)
    const jwt = await stage.logto.mint({
      iss: stage.logto.issuer,
      aud: 'https://api.example.com/',
      jti: 'j',
      iat: now,
      exp: now + 60,
      scope: 'read',
      ...claims,
    })
    const body = JSON.stringify({ access_token: jwt, token_type: 'Bearer' })
    Object.assign(stage.logto.faults, { path: token, body })
    expect((await stage.call('/todos', { token: opaque })).status).toBe(503)
    expect(problems(stage)).toEqual([expect.stringMatching(line)])
  })

  test('an exchange that is refused for the token is 401', async () => {
    const stage = await createOpaqueStage(exchange)
    const opaque = await stage.opaque()
    Object.assign(stage.logto.faults, { path: token, status: 400, body: '{"error":"invalid_grant"}' })
    expect((await stage.call('/todos', { token: opaque })).status).toBe(401)
    expect(problems(stage)).toEqual([])
  })
})

describe('an issuer that cannot be reached', () => {
  test('is 503 while it is down, and asked again when it is back', async () => {
    const stage = await createOpaqueStage(exchange)
    const opaque = await stage.opaque()
    await stage.logto.stop()
    expect((await stage.call('/todos', { token: opaque })).status).toBe(503)
    expect(problems(stage).join()).toMatch(/ECONNREFUSED.*check that the issuer runs/)
    await stage.logto.start()
    expect((await stage.call('/todos', { token: opaque })).status).toBe(200)
  })

  test('and is slow makes no request hang past five seconds, in line or not', {
    timeout: 15_000,
  }, async () => {
    const stage = await createOpaqueStage({ tokens: 'opaque: introspect, exchange: { inFlight: 2 }' })
    const jwt = await stage.jwt()
    await stage.call('/todos', { token: jwt })
    Object.assign(stage.logto.faults, { path: introspection, delayMs: 8000 })
    const startedMs = performance.now()
    const waiting = Array.from({ length: 10 }, (_, i) => stage.call('/me', { token: String(i).repeat(43) }))
    expect((await stage.call('/todos', { token: jwt })).status).toBe(200)
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(Array(10).fill(503))
    expect(performance.now() - startedMs).toBeLessThan(6000)
    expect(stage.logto.busiest[introspection]).toBe(2)
    expect(problems(stage)).toEqual([expect.stringMatching(/did not answer within 5 s; check/)])
  })

  test('and asks for a pause gets it, whatever tokens come', async () => {
    const stage = await createOpaqueStage(exchange)
    const opaque = await stage.opaque()
    Object.assign(stage.logto.faults, { path: introspection, status: 429, retryAfter: 30 })
    for (const text of [opaque, 'x'.repeat(43)]) {
      const answer = await stage.call('/todos', { token: text })
      expect([answer.status, answer.headers['retry-after']]).toEqual([503, '30'])
    }
    expect(stage.calls[introspection]).toBe(1)
    expect(problems(stage)).toEqual([expect.stringMatching(/answered 429: .*lower tokens.exchange.inFlight/)])
  })
})

test('a flood of new tokens has no more than inFlight calls out, and 503 beyond 1,000 that wait', async () => {
  const stage = await createOpaqueStage({ tokens: 'opaque: introspect, exchange: { inFlight: 4 }' })
  Object.assign(stage.logto.faults, { path: introspection, delayMs: 4000 })
  const asked = Array.from({ length: 1100 }, (_, i) =>
    stage.call('/me', { token: String(i).padStart(43, 'x') }).then(({ problem }) => problem.detail),
  )
  const details = await Promise.all(asked)
  expect(stage.logto.busiest[introspection]).toBe(4)
  expect(details.filter((detail) => detail.startsWith('Too many requests wait')).length).toBe(96)
}, 15_000)
