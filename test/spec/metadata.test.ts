import { describe, expect, test } from 'vitest'
import { sendRaw } from '../support/raw.ts'
import { createStage, type Stage } from '../support/stage.ts'
import { handshake } from '../support/websocket.ts'

const wellKnown = '/.well-known/oauth-protected-resource'

type Api = { resource?: string; more?: string; routes?: string }

const api = ({ resource = 'https://api.test/todo', more = '', routes = '{ /todos: read }' }: Api = {}) => `
    resource: ${resource}
    upstream: UPSTREAM
    routes: ${routes}
${more.replace(/^(?=.)/gm, '    ')}`

const start = (apis: Record<string, Api>, top = 'publicUrl: https://api.test') =>
  createStage(`
issuer: { url: ISSUER }
${top}
apis:
${Object.entries(apis)
  .map(([name, options]) => `  ${name}: ${api(options)}`)
  .join('\n')}
`)

const documentAt = async (stage: Stage, path: string, headers = {}) => {
  const { status, body } = await stage.call(path, { headers })
  return status === 200 ? JSON.parse(body) : status
}

describe('the metadata of a protected resource (RFC 9728)', () => {
  test('stands at the well-known path in front of the path of the resource', async () => {
    const stage = await start({ todo: {} })
    expect(await documentAt(stage, `${wellKnown}/todo`)).toEqual({
      resource: 'https://api.test/todo',
      authorization_servers: [stage.issuer.url],
      scopes_supported: ['read'],
      bearer_methods_supported: ['header'],
      resource_name: 'todo',
    })
    expect(await documentAt(stage, wellKnown)).toBe(404)
    expect(await documentAt(stage, `${wellKnown}/todo/more`)).toBe(404)
    expect(stage.upstream.received()).toBe('')
  })

  test.each(['https://api.test', 'https://api.test/'])('stands at the root form for %s', async (resource) => {
    const stage = await start({ todo: { resource } })
    expect(await documentAt(stage, wellKnown)).toMatchObject({ resource })
    expect(await documentAt(stage, `${wellKnown}/`)).toMatchObject({ resource })
  })

  test('tells the resource byte for byte, whatever the spelling', async () => {
    const resource = 'https://API.test:443/A%7eb/c/'
    const stage = await start({ todo: { resource } })
    expect(await documentAt(stage, `${wellKnown}/A~b/c`)).toMatchObject({ resource })
    expect(await documentAt(stage, `${wellKnown}/A%7eb/c/`)).toMatchObject({ resource })
  })

  test('names the scopes that the routes name, in order of first use, and the name for people', async () => {
    const routes = '{ /a: { GET: write, POST: { anyOf: [admin audit, write] } }, /b: read, /c: public }'
    const stage = await start({ todo: { routes, more: 'name: Aufgäben' } })
    expect(await documentAt(stage, `${wellKnown}/todo`)).toMatchObject({
      scopes_supported: ['write', 'admin', 'audit', 'read'],
      resource_name: 'Aufgäben',
    })
  })

  test('names the scopes and the documentation of the file instead', async () => {
    const more = 'metadata: { scopes: read other, documentation: https://docs.test/todo }'
    const stage = await start({ todo: { routes: '{ /a: read, /b: secret }', more } })
    expect(await documentAt(stage, `${wellKnown}/todo`)).toMatchObject({
      scopes_supported: ['read', 'other'],
      resource_documentation: 'https://docs.test/todo',
    })
  })

  test('has no empty list (RFC 9728 section 3.2)', async () => {
    const stage = await start({ todo: { routes: '{ /a: authenticated }' } })
    expect(await documentAt(stage, `${wellKnown}/todo`)).not.toHaveProperty('scopes_supported')
  })

  test('is one document for the APIs of one resource, with the scopes of all', async () => {
    const stage = await start({
      a: { routes: '{ /a/x: write }', more: 'path: /a\nhosts: [a.test]' },
      b: { routes: '{ /b/x: read write }', more: 'path: /b\nhosts: [b.test]' },
    })
    const document = await documentAt(stage, `${wellKnown}/todo`, { Host: 'a.test' })
    expect(document).toMatchObject({ scopes_supported: ['write', 'read'], resource_name: 'a' })
    expect(await documentAt(stage, `${wellKnown}/todo`, { Host: 'b.test' })).toEqual(document)
  })

  test('leaves out the scopes of an API that publishes none, and that API has no challenge of it', async () => {
    const stage = await start({
      a: { routes: '{ /a/x: write }', more: 'path: /a' },
      b: { routes: '{ /b/x: read }', more: 'path: /b\nmetadata: false' },
    })
    expect(await documentAt(stage, `${wellKnown}/todo`)).toMatchObject({ scopes_supported: ['write'] })
    expect((await stage.call('/b/x')).headers['www-authenticate']).not.toContain('resource_metadata')
    expect((await stage.call('/a/x')).headers['www-authenticate']).toContain('resource_metadata')
  })

  test.each([
    ['it is switched off', 'https://api.test/todo', 'publicUrl: https://api.test', 'metadata: false'],
    ['the origin is another', 'https://other.test/todo', 'publicUrl: https://api.test', ''],
    ['the port is another', 'https://api.test:8443/todo', 'publicUrl: https://api.test', ''],
    ['the scheme is another', 'http://api.test/todo', 'publicUrl: https://api.test', ''],
    ['no publicUrl is configured', 'https://api.test/todo', '', ''],
    ['the resource has a query', 'https://api.test/todo?a=b', 'publicUrl: https://api.test', ''],
    ['the resource has an empty query', 'https://api.test/todo?', 'publicUrl: https://api.test', ''],
    ['the resource has a fragment', '"https://api.test/todo#a"', 'publicUrl: https://api.test', ''],
    ['no target can be its path', 'https://api.test/a//todo', 'publicUrl: https://api.test', ''],
  ])('is not there where %s, and neither is the challenge of it', async (_, resource, top, more) => {
    const stage = await start({ todo: { resource, more } }, top)
    for (const path of ['', '/todo', '/a//todo', '/todo?a=b'])
      expect((await stage.call(wellKnown + path)).status).toBeGreaterThanOrEqual(400)
    expect((await stage.call('/todos')).headers['www-authenticate']).not.toContain('metadata')
  })

  test('may be read by any page, for five minutes, by GET and HEAD', async () => {
    const stage = await start({ todo: { more: 'cors: { origins: ["https://app.test"] }' } })
    const headers = { Origin: 'https://evil.test' }
    const got = await stage.call(`${wellKnown}/todo`, { headers })
    expect(got.headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'max-age=300',
      'access-control-allow-origin': '*',
    })
    const head = await stage.call(`${wellKnown}/todo`, { method: 'HEAD' })
    expect([head.status, head.body]).toEqual([200, ''])
    expect(head.headers['content-length']).toBe(String(Buffer.byteLength(got.body)))
  })

  test('answers OPTIONS, a preflight or not, so that clients in pages may send headers of theirs', async () => {
    const stage = await start({ todo: {} })
    const headers = {
      Origin: 'https://inspector.test',
      'Access-Control-Request-Method': 'GET',
      'Access-Control-Request-Headers': 'mcp-protocol-version',
    }
    for (const sent of [headers, {}]) {
      const answer = await stage.call(`${wellKnown}/todo`, { method: 'OPTIONS', headers: sent })
      expect([answer.status, answer.body]).toEqual([204, ''])
      expect(answer.headers).toMatchObject({
        allow: 'GET, HEAD, OPTIONS',
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'GET, HEAD, OPTIONS',
        'access-control-allow-headers': '*',
      })
    }
  })
})

describe('the place of the metadata', () => {
  test('comes before every wildcard of the file, at the origin, whatever the path of its API', async () => {
    const more = 'path: /v1\nstripPath: true'
    const stage = await start(
      {
        todo: { routes: '{ "/**": public }', more },
        all: { resource: 'https://all.test/', routes: '{ "/**": public }' },
      },
      'publicUrl: https://api.test/gateway',
    )
    expect(await documentAt(stage, `${wellKnown}/todo`)).toMatchObject({ resource: 'https://api.test/todo' })
    expect((await stage.call(`/v1${wellKnown}/todo`)).body).toBe('ok')
    expect((await stage.call(`/gateway${wellKnown}/todo`)).body).toBe('ok')
  })

  test('leaves other well-known paths, and those below its own, to the file', async () => {
    const stage = await start({ todo: { routes: '{ "/**": public }' } })
    for (const path of ['/.well-known/security.txt', '/oauth/x', wellKnown, `${wellKnown}/todo/x`])
      expect((await stage.call(path)).body).toBe('ok')
  })

  test('refuses look-alikes and other methods, and asks nothing else', async () => {
    const stage = await start({ todo: { routes: '{ "/**": public }' } })
    expect((await stage.call(`${wellKnown}/todo/`)).status).toBe(200)
    for (const path of ['/Todo', '/todo.json', '/todo%2E'])
      expect((await stage.call(wellKnown + path)).problem.code).toBe('ambiguous_target')
    const post = await stage.call(`${wellKnown}/todo`, { method: 'POST', body: 'x' })
    expect([post.status, post.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS'])
    expect((await stage.call(`${wellKnown}/todo?access_token=x`, { token: 'a.b.c' })).status).toBe(200)
    expect(stage.upstream.received()).toBe('')
  })

  test('refuses an upgrade', async () => {
    const stage = await start({ todo: {} })
    const { status, text } = await sendRaw(stage.gateway.port, handshake(`${wellKnown}/todo`))
    expect(status).toBe(400)
    expect(text).toContain('"code":"unsupported_upgrade"')
  })

  test('answers wherever the host can lead to its API', async () => {
    const stage = await start({
      todo: { more: 'hosts: [api.test, "*.api.test"]', routes: '{ "/**": public }' },
      other: { resource: 'https://other.test/', more: 'hosts: [other.test]', routes: '{ "/**": public }' },
    })
    for (const Host of ['api.test', 'x.api.test', 'api.test:8443'])
      expect(await documentAt(stage, `${wellKnown}/todo`, { Host })).toHaveProperty('resource')
    expect((await stage.call(`${wellKnown}/todo`, { headers: { Host: 'other.test' } })).body).toBe('ok')
    expect((await stage.call(`${wellKnown}/todo`, { headers: { Host: 'nobody.test' } })).status).toBe(404)
  })

  test('is not where a more specific host leads to another API, whose own path it would take', async () => {
    const stage = await start({
      todo: { routes: '{ "/**": public }' },
      other: {
        resource: 'https://other.test/',
        more: 'hosts: [other.test, "*.b.other.test"]',
        routes: '{ "/**": public }',
      },
      part: {
        resource: 'https://part.test/x',
        more: 'hosts: [part.test]\npath: /x',
        routes: '{ "/x/**": public }',
      },
    })
    const at = (Host: string) => documentAt(stage, `${wellKnown}/todo`, { Host })
    for (const Host of ['api.test', 'b.other.test', 'part.test'])
      expect(await at(Host)).toHaveProperty('resource')
    for (const Host of ['other.test', 'OTHER.test.:80', 'a.b.other.test'])
      expect((await stage.call(`${wellKnown}/todo`, { headers: { Host } })).body).toBe('ok')
  })

  test('is in the list of routes, and each request in the log, without its query', async () => {
    const stage = await start({ todo: {} })
    const lines = await fetch(`http://127.0.0.1:${stage.gateway.adminPort}/routes`)
    expect(await lines.json()).toHaveProperty('routes.0', {
      api: null,
      path: `${wellKnown}/todo`,
      methods: ['GET', 'HEAD', 'OPTIONS'],
      requires: 'nothing',
    })
    await stage.call(`${wellKnown}/todo?a=secret`)
    await expect
      .poll(() => stage.gateway.logs)
      .toContainEqual(expect.objectContaining({ route: `${wellKnown}/todo`, status: 200, outcome: 'allow' }))
    expect(stage.gateway.logText()).not.toContain('secret')
  })
})
