import { describe, expect, test } from 'vitest'
import { sendRaw } from '../support/raw.ts'
import { createStage, guarding, type Stage } from '../support/stage.ts'

const codeOf = async (stage: Stage, path: string, method = 'GET') => {
  const { status, problem, headers } = await stage.call(path, { method })
  return { status, code: problem.code, allow: headers['allow'] }
}

describe('a path owns its methods', () => {
  const routes =
    '/todos: { GET: public, "PUT, PATCH": public }\n/**: public\n/any: public\n/listed: { any: public, PURGE: public }'

  test('a method that it does not list is 405 with Allow, and never falls through to a wider path', async () => {
    const stage = await createStage(guarding(routes))
    expect(await codeOf(stage, '/todos', 'DELETE')).toEqual({
      status: 405,
      code: 'method_not_allowed',
      allow: expect.stringMatching(/^(?=.*GET)(?=.*HEAD)(?=.*PUT)(?=.*PATCH)[A-Z, ]+$/),
    })
    expect((await codeOf(stage, '/todos', 'OPTIONS')).status).toBe(405)
    expect((await codeOf(stage, '/other', 'DELETE')).status).toBe(200)
    expect(stage.upstream.received()).not.toContain('/todos')
  })

  test('HEAD is allowed wherever GET is', async () => {
    const stage = await createStage(guarding(routes))
    expect((await codeOf(stage, '/todos', 'HEAD')).status).toBe(200)
  })

  test('any stands for seven methods, others count only by name', async () => {
    const stage = await createStage(guarding(routes))
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      expect((await codeOf(stage, '/any', method)).status).toBe(200)
    }
    expect((await codeOf(stage, '/any', 'PURGE')).status).toBe(405)
    expect((await codeOf(stage, '/listed', 'PURGE')).status).toBe(200)
    expect((await codeOf(stage, '/any', 'TRACE')).status).toBe(405)
  })
})

describe('deny by default', () => {
  test('an empty list of routes refuses all', async () => {
    const stage = await createStage(guarding('{}'))
    for (const path of ['/', '/x', '/.well-known/openid-configuration'])
      expect((await codeOf(stage, path)).status).toBe(404)
    expect(stage.upstream.received()).toBe('')
  })

  test('a path that no route names is 404, also beside one that is named', async () => {
    const stage = await createStage(guarding('/a/{x}: public\n/b/**: public'))
    expect((await codeOf(stage, '/a')).status).toBe(404)
    expect((await codeOf(stage, '/a/b/c')).status).toBe(404)
    expect((await codeOf(stage, '/a/b')).status).toBe(200)
    expect((await codeOf(stage, '/a/b/')).status).toBe(200)
    expect((await codeOf(stage, '/b')).status).toBe(200)
    expect((await codeOf(stage, '/bb')).status).toBe(404)
  })
})

describe('irregular targets', () => {
  const routes = `
/files/**: { public: true, allow: [encoded-slash, path-parameters] }
/plain/**: public
`
  test.each([
    ['/files/a%2Fb', 200, '/files/a%2Fb'],
    ['/files/a;v=1', 200, '/files/a;v=1'],
    ['/files/a%25%32%66', 400, ''],
    ['/files/a//b', 400, ''],
    ['/plain/a%2Fb', 400, ''],
    ['/plain/a;v=1', 400, ''],
    ['/none/a%2Fb', 400, ''],
    ['/files/..%2Fplain', 400, ''],
    ['/files/a/../b', 400, ''],
    ['/files/%2e%2e/b', 400, ''],
    ['/files/a%00', 400, ''],
    ['/files/%zz', 400, ''],
    ['/files/a%2fb', 200, '/files/a%2Fb'],
  ])('%s is %i', async (path, status, forwarded) => {
    const stage = await createStage(guarding(routes))
    const answer = await sendRaw(
      stage.gateway.port,
      `GET ${path} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n`,
    )
    expect(answer.status).toBe(status)
    if (status === 400) expect(answer.text).toContain('ambiguous_target')
    expect(stage.upstream.received().split(' ')[1] ?? '').toBe(forwarded)
  })
})

describe('look-alikes', () => {
  const routes =
    '/admin: read\n/admin/users: read\n/{page}: public\n/files/{name}: public\n/files/secret: read'

  test.each(['/ADMIN', '/Admin.', '/admin.json', '/\uFF41dmin', '/files/SECRET', '/files/secret.pdf'])(
    '%s may be another route to the upstream, and is refused',
    async (path) => {
      const stage = await createStage(guarding(routes))
      expect(await codeOf(stage, encodeURI(path))).toMatchObject({ status: 400, code: 'ambiguous_target' })
    },
  )

  test('in another spelling of the same path are the same path', async () => {
    const stage = await createStage(guarding(routes))
    expect(await codeOf(stage, '/%61dmin')).toMatchObject({ status: 401, code: 'token_missing' })
  })

  test('are told apart where the upstream is known to', async () => {
    const stage = await createStage(
      guarding(routes).replace('upstream:', 'distinguishes: [case, extension]\n    upstream:'),
    )
    expect((await codeOf(stage, '/ADMIN')).status).toBe(200)
    expect((await codeOf(stage, '/files/secret.pdf')).status).toBe(200)
    expect((await codeOf(stage, '/admin.')).status).toBe(400)
  })

  test('with the same requirement are no matter', async () => {
    const stage = await createStage(guarding('/a: public\n/{x}: public'))
    expect((await codeOf(stage, '/A')).status).toBe(200)
  })
})

describe('several APIs', () => {
  const apis = `
apis:
  main: { hosts: [api.test], resource: https://a.test/, upstream: UPSTREAM, routes: { /who: public } }
  sub: { hosts: ["*.api.test"], resource: https://b.test/, upstream: UPSTREAM, routes: { /sub: public } }
  v2: { hosts: [api.test], path: /v2, stripPath: true, resource: https://c.test/, upstream: UPSTREAM, routes: { /who: public, /: public } }
  rest: { resource: https://d.test/, upstream: UPSTREAM, routes: { /rest: public } }
`
  test.each([
    ['api.test', '/who', 200, '/who'],
    ['API.test.:8080', '/who', 200, '/who'],
    ['x.api.test', '/sub', 200, '/sub'],
    ['x.api.test', '/who', 404, ''],
    ['x.y.api.test', '/sub', 200, '/sub'],
    ['api.test', '/v2/who', 200, '/who'],
    ['api.test', '/v2', 200, '/'],
    ['api.test', '/v2x', 404, ''],
    ['other.test', '/rest', 200, '/rest'],
    ['other.test', '/who', 404, ''],
  ])('Host %s and path %s: %i', async (Host, path, status, forwarded) => {
    const stage = await createStage(apis)
    expect((await stage.call(path, { headers: { Host } })).status).toBe(status)
    expect(stage.upstream.received().split(' ')[1] ?? '').toBe(forwarded)
  })

  test('are never chosen by a forwarded header', async () => {
    const stage = await createStage(`trustedProxies: [127.0.0.1/32]\n${apis}`)
    expect(
      (await stage.call('/who', { headers: { Host: 'other.test', 'X-Forwarded-Host': 'api.test' } })).status,
    ).toBe(404)
  })
})
