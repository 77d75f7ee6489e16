import { describe, expect, test } from 'vitest'
import { sendRaw } from '../support/raw.ts'
import { createStage, guarding } from '../support/stage.ts'

const open = guarding('/**: public')

describe('forwarding headers', () => {
  test('of an untrusted peer are replaced by fresh ones', async () => {
    const stage = await createStage(open)
    await stage.call('/', {
      headers: {
        Forwarded: 'for=6.6.6.6',
        'X-Forwarded-For': '6.6.6.6',
        'X-Forwarded-Host': 'evil.test',
        'X-Forwarded-Proto': 'https',
        'X-Forwarded-Prefix': '/evil',
        'X-Real-IP': '6.6.6.6',
        'CF-Connecting-IP': '6.6.6.6',
        Host: 'api.test',
      },
    })
    expect(stage.upstream.received()).not.toMatch(/6\.6\.6\.6|evil/)
    expect(stage.upstreamHeader('X-Forwarded-For')).toBe('127.0.0.1')
    expect(stage.upstreamHeader('X-Forwarded-Proto')).toBe('http')
    expect(stage.upstreamHeader('X-Forwarded-Host')).toBe('api.test')
    expect(stage.upstreamHeader('X-Forwarded-Port')).toBe('80')
  })

  test('of a trusted proxy are extended, others of it dropped', async () => {
    const stage = await createStage(guarding('/**: public', 'trustedProxies: [127.0.0.0/8, 10.0.0.0/8]'))
    await stage.call('/', {
      headers: {
        'X-Forwarded-For': '6.6.6.6, 203.0.113.9, 10.1.1.1',
        'X-Forwarded-Proto': 'https',
        'X-Forwarded-Host': 'api.test',
        'X-Forwarded-Prefix': '/evil',
        Forwarded: 'for=6.6.6.6',
      },
    })
    expect(stage.upstreamHeader('X-Forwarded-For')).toBe('203.0.113.9, 10.1.1.1, 127.0.0.1')
    expect(stage.upstreamHeader('X-Forwarded-Proto')).toBe('https')
    expect(stage.upstreamHeader('X-Forwarded-Host')).toBe('api.test')
    expect(stage.upstream.received()).not.toMatch(/X-Forwarded-Prefix|^Forwarded/im)
    await expect
      .poll(() => stage.gateway.logs.find(({ msg }) => msg === 'request'))
      .toMatchObject({ remote: '203.0.113.9' })
  })

  test('of a trusted proxy that writes ports, lists and wss describe one address', async () => {
    const stage = await createStage(guarding('/**: public', 'trustedProxies: [127.0.0.1]'))
    await stage.call('/', {
      headers: {
        'X-Forwarded-For': '203.0.113.7:51234',
        'X-Forwarded-Proto': 'wss, wss',
        'X-Forwarded-Host': 'api.test:8443',
        'X-Forwarded-Port': '80',
      },
    })
    expect(stage.upstreamHeader('X-Forwarded-For')).toBe('203.0.113.7, 127.0.0.1')
    expect(stage.upstreamHeader('X-Forwarded-Proto')).toBe('https')
    expect(stage.upstreamHeader('X-Forwarded-Port')).toBe('8443')
    await expect
      .poll(() => stage.gateway.logs.find(({ msg }) => msg === 'request'))
      .toMatchObject({ remote: '203.0.113.7' })
  })

  test('tell the prefix that stripPath takes off, once, whatever the client sends', async () => {
    const stage = await createStage(`
identity: { keep: [X-Forwarded-Prefix] }
apis:
  shop: { resource: https://shop.test/, upstream: UPSTREAM, path: /größe/shop, stripPath: true, routes: { /**: public } }
  rest: { resource: https://rest.test/, upstream: UPSTREAM, routes: { /**: public } }
`)
    const headers = { 'X-Forwarded-Prefix': '/evil', X_Forwarded_Prefix: '/evil' }
    await stage.call('/gr%C3%B6%C3%9Fe/shop/x', { headers })
    expect(stage.upstream.received()).toMatch(/^GET \/x HTTP/)
    expect(stage.upstream.received().match(/^X-Forwarded-Prefix: .*$/gim)).toEqual([
      'X-Forwarded-Prefix: /gr%C3%B6%C3%9Fe/shop',
    ])
    await stage.call('/other', { headers })
    expect(stage.upstream.received()).not.toMatch(/evil/)
  })

  test('X-Request-Id is kept when it is well-formed and made when it is not; traceparent passes', async () => {
    const stage = await createStage(open)
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    await stage.call('/', { headers: { 'X-Request-Id': 'a.b_c-1', traceparent } })
    expect(stage.upstreamHeader('X-Request-Id')).toBe('a.b_c-1')
    expect(stage.upstreamHeader('traceparent')).toBe(traceparent)
    const other = await createStage(open)
    await other.call('/', { headers: { 'X-Request-Id': 'a b' } })
    expect(other.upstreamHeader('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('Via is appended to what the client sent', async () => {
    const stage = await createStage(open)
    await stage.call('/', { headers: { Via: '1.1 front' } })
    expect(stage.upstream.received()).toMatch(/^Via: 1\.1 front\r\n(?:.*\r\n)*Via: 1\.1 scopegate\r$/m)
  })
})

describe('Host', () => {
  test("is the upstream's unless preserveHost", async () => {
    const stage = await createStage(open)
    await stage.call('/', { headers: { Host: 'api.test' } })
    expect(stage.upstreamHeader('Host')).toBe(`127.0.0.1:${stage.upstream.port}`)
    const keeping = await createStage(
      open.replace('upstream:', 'hosts: [api.test]\n    preserveHost: true\n    upstream:'),
    )
    await keeping.call('/', { headers: { Host: 'api.test' } })
    expect(keeping.upstreamHeader('Host')).toBe('api.test')
  })
})

describe('the target', () => {
  test('is forwarded as it was matched: canonical path, query byte for byte', async () => {
    const stage = await createStage(open)
    await stage.call('/%7Euser/caf%c3%a9/?a=%2f&b=%41')
    expect(stage.upstream.received().split('\r\n')[0]).toBe('GET /~user/caf%C3%A9/?a=%2f&b=%41 HTTP/1.1')
  })

  test('in absolute-form is accepted when its authority is Host', async () => {
    const stage = await createStage(open)
    const get = (target: string) => `GET ${target} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n`
    expect((await sendRaw(stage.gateway.port, get('http://a.test/x'))).status).toBe(200)
    expect(stage.upstream.received()).toMatch(/^GET \/x HTTP\/1\.1/)
    expect((await sendRaw(stage.gateway.port, get('http://b.test/x'))).status).toBe(400)
  })
})

describe('method overrides', () => {
  test.each(['X-HTTP-Method-Override', 'X-Method-Override', 'X-HTTP-Method', 'x_http_method_override'])(
    '%s with another method is refused, with the same one dropped',
    async (name) => {
      const stage = await createStage(open)
      const refused = await stage.call('/', { method: 'POST', headers: { [name]: 'DELETE' } })
      expect([refused.status, refused.problem.code]).toEqual([400, 'method_override'])
      expect((await stage.call('/', { method: 'POST', headers: { [name]: 'POST' } })).status).toBe(200)
      expect(stage.upstreamHeader(name)).toBeUndefined()
    },
  )

  test('_method in the query of a POST is refused, in that of a GET it is none', async () => {
    const stage = await createStage(open)
    const refused = await stage.call('/?a=1&_method=DELETE', { method: 'POST' })
    expect([refused.status, refused.problem.code]).toEqual([400, 'method_override'])
    expect((await stage.call('/?_method=DELETE')).status).toBe(200)
  })
})

describe('answers to a request that needed a token', () => {
  const answering = (headers: string) => (socket: { write(text: string): unknown }) =>
    void socket.write(`HTTP/1.1 200 OK\r\n${headers}Content-Length: 2\r\n\r\nok`)

  test.each([
    ['', 'private'],
    ['Cache-Control: public, max-age=60\r\n', 'private, max-age=60'],
    ['Cache-Control: s-maxage=60\r\nCache-Control: max-age=5\r\n', 'private, max-age=5'],
    ['Cache-Control: no-store\r\n', 'no-store'],
    ['Cache-Control: Public, No-Store\r\n', 'No-Store'],
  ])('stay out of shared caches: %j', async (headers, expected) => {
    const stage = await createStage(guarding('/me: authenticated'), answering(headers))
    const answer = await stage.call('/me', { token: await stage.token() })
    expect(answer.headers['cache-control']).toBe(expected)
    expect(answer.headers['vary']).toBe('Authorization')
  })

  test('lose what speaks to shared caches alone, and keep their Vary', async () => {
    const stage = await createStage(
      guarding('/me: authenticated'),
      answering(
        'CDN-Cache-Control: max-age=9\r\nSurrogate-Control: max-age=9\r\nVary: Accept, authorization\r\n',
      ),
    )
    const { headers } = await stage.call('/me', { token: await stage.token() })
    expect(headers['cdn-cache-control']).toBeUndefined()
    expect(headers['surrogate-control']).toBeUndefined()
    expect(headers['vary']).toBe('Accept, authorization')
  })

  test('pass untouched where the route is public', async () => {
    const stage = await createStage(open, answering('Cache-Control: public, s-maxage=60\r\n'))
    const { headers } = await stage.call('/')
    expect(headers['cache-control']).toBe('public, s-maxage=60')
    expect(headers['vary']).toBeUndefined()
  })
})

describe('Location', () => {
  const prefixed = (more: string) =>
    guarding('/todos: public', 'publicUrl: http://127.0.0.1:1').replace('upstream:', `${more}\n    upstream:`)

  test.each([
    ['UPSTREAM/todos/1?a=b', 'http://127.0.0.1:1/api/todos/1?a=b'],
    ['UPSTREAM', 'http://127.0.0.1:1/api'],
    ['//UPSTREAM_HOST/todos/1', 'http://127.0.0.1:1/api/todos/1'],
    ['HTTP://user:secret@UPSTREAM_HOST/todos/1', 'http://127.0.0.1:1/api/todos/1'],
    ['/todos/1', '/api/todos/1'],
    ['https://elsewhere.test/x', 'https://elsewhere.test/x'],
    ['UPSTREAM.evil.test/x', 'UPSTREAM.evil.test/x'],
    ['//elsewhere.test/x', '//elsewhere.test/x'],
    ['next', 'next'],
  ])(
    "%s becomes %s: the upstream's origin is never shown, the stripped prefix restored",
    async (sent, expected) => {
      let url = ''
      const stage = await createStage(prefixed('path: /api\n    stripPath: true'), (socket) => {
        const value = sent.replace('UPSTREAM_HOST', new URL(url).host).replace('UPSTREAM', url)
        socket.write(
          `HTTP/1.1 302 X\r\nLocation: ${value}\r\nContent-Location: ${value}\r\nContent-Length: 0\r\n\r\n`,
        )
      })
      url = stage.upstream.url
      const { headers } = await stage.call('/api/todos')
      expect(stage.upstream.received()).toMatch(/^GET \/todos HTTP/)
      expect(headers['location']).toBe(expected.replace('UPSTREAM', url))
      expect(headers['content-location']).toBe(expected.replace('UPSTREAM', url))
    },
  )

  test('with preserveHost the upstream is not shown to speak http at the public host either', async () => {
    const config = guarding('/**: public', 'publicUrl: https://api.test').replace(
      'upstream:',
      'preserveHost: true\n    hosts: [api.test]\n    upstream:',
    )
    const stage = await createStage(config, (socket) =>
      socket.write('HTTP/1.1 302 X\r\nLocation: http://api.test/login\r\nContent-Length: 0\r\n\r\n'),
    )
    const { headers } = await stage.call('/todos', { headers: { Host: 'api.test' } })
    expect(headers['location']).toBe('https://api.test/login')
  })
})
