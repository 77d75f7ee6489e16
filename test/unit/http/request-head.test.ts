import { describe, expect, it } from 'vitest'
import { type RequestHead, readRequestHead } from '../../../src/http/request-head.ts'

type Request = { method?: string; version?: string; ignoreForeignUpgrade?: boolean; headerCount?: number }

function read(headers: readonly string[], request: Request = {}) {
  const { method = 'GET', version = '1.1', ignoreForeignUpgrade = false, headerCount = 100 } = request
  return readRequestHead(method, version, headers, { headerCount, ignoreForeignUpgrade })
}

/** The head of a request that has a proper Host. */
const withHost = (headers: readonly string[], request?: Request) =>
  read(['Host', 'gw.test', ...headers], request)

function served(headers: readonly string[], request?: Request): RequestHead {
  const head = withHost(headers, request)
  if ('code' in head) throw new Error(`${head.code}: ${head.detail}`)
  return head
}

const fault = (code: string) => expect.objectContaining({ code })

describe('an ordinary head', () => {
  it('is read in one pass', () => {
    const headers = [
      'host',
      'GW.Test:8080',
      'AUTHORIZATION',
      'Bearer x',
      'Content-Length',
      '12',
      'Origin',
      'https://a',
    ]
    expect(read(headers, { method: 'POST' })).toEqual({
      headers,
      method: 'POST',
      host: 'GW.Test:8080',
      hostName: 'gw.test',
      authorization: 'Bearer x',
      contentLength: 12,
      chunked: false,
      expectsContinue: false,
      upgrade: false,
      connectionOptions: undefined,
      origin: 'https://a',
      accessControlRequestMethod: undefined,
      requestId: undefined,
    })
  })

  it('may hold names that objects inherit', () => {
    expect(served(['__proto__', 'x', 'toString', 'x', 'constructor', 'x'])).toMatchObject({
      hostName: 'gw.test',
    })
  })
})

describe('version', () => {
  it.each([
    ['0.9', 'malformed_request'],
    ['2.0', 'version_not_supported'],
    ['1.2', 'version_not_supported'],
    ['3.0', 'version_not_supported'],
  ])('%s is %s', (version, code) => {
    expect(withHost([], { version })).toEqual(fault(code))
  })

  it('1.0 is served', () => {
    expect(served([], { version: '1.0' })).toMatchObject({ hostName: 'gw.test' })
  })
})

describe('count', () => {
  it('takes exactly the limit', () => {
    expect(withHost(['A', '1', 'B', '2'], { headerCount: 3 })).toMatchObject({ hostName: 'gw.test' })
    expect(withHost(['A', '1', 'B', '2'], { headerCount: 2 })).toEqual({
      code: 'headers_too_large',
      detail: 'The request has more than 2 header fields (limits.headerCount)',
    })
  })
})

describe('Host', () => {
  it('is needed, once, over HTTP/1.0 too', () => {
    expect(read([])).toEqual(fault('malformed_request'))
    expect(read([], { version: '1.0' })).toEqual(fault('malformed_request'))
    expect(read(['Host', 'a', 'host', 'a'])).toEqual(fault('malformed_request'))
  })

  it('with a faulty value is refused', () => {
    expect(read(['Host', 'user@gw.test'])).toEqual(fault('malformed_request'))
  })
})

describe('duplicates', () => {
  it('of Authorization are invalid_request', () => {
    expect(withHost(['Authorization', 'Bearer a', 'authorization', 'Bearer a'])).toEqual(
      fault('invalid_request'),
    )
  })

  it.each(['Content-Length', 'Transfer-Encoding', 'Content-Type'])('of %s are malformed_request', (name) => {
    const value = name === 'Content-Length' ? '5' : name === 'Content-Type' ? 'text/plain' : 'chunked'
    expect(withHost([name, value, name.toLowerCase(), value])).toEqual(fault('malformed_request'))
  })

  it('of Origin match no origin', () => {
    expect(served(['Origin', 'https://a', 'Origin', 'https://b']).origin).toBe('https://a, https://b')
  })
})

describe('framing', () => {
  it.each([
    '',
    '-5',
    '+5',
    '5e0',
    '5.0',
    '5, 5',
    ' 5',
    '0x5',
    'NaN',
    '9007199254740992',
    '18446744073709551621',
  ])('refuses Content-Length %j', (value) => {
    expect(withHost(['Content-Length', value])).toEqual(fault('malformed_request'))
  })

  it('takes a Content-Length of 2^53-1', () => {
    expect(served(['Content-Length', '9007199254740991']).contentLength).toBe(Number.MAX_SAFE_INTEGER)
  })

  it.each([
    '',
    'identity',
    'gzip, chunked',
    'chunked, chunked',
    ',chunked',
    '"chunked"',
    'chunked;a=b',
    '\xffchunked',
    '\x0bchunked',
  ])('refuses Transfer-Encoding %j', (value) => {
    expect(withHost(['Transfer-Encoding', value])).toEqual(fault('malformed_request'))
  })

  it('takes chunked in any case', () => {
    expect(served(['Transfer-Encoding', ' Chunked\t'])).toMatchObject({
      chunked: true,
      contentLength: undefined,
    })
  })

  it('refuses both framings at once', () => {
    expect(withHost(['Content-Length', '0', 'Transfer-Encoding', 'chunked'])).toEqual(
      fault('malformed_request'),
    )
  })

  it('refuses Transfer-Encoding over HTTP/1.0', () => {
    expect(withHost(['Transfer-Encoding', 'chunked'], { version: '1.0' })).toEqual(fault('malformed_request'))
  })
})

describe('Expect', () => {
  it.each(['100-continue', '100-Continue'])('%s is met', (value) => {
    expect(served(['Expect', value]).expectsContinue).toBe(true)
  })

  it.each(['', '200-ok', '100-continue, foo', 'y 100-continue'])('%j is expectation_failed', (value) => {
    expect(withHost(['Expect', value])).toEqual(fault('expectation_failed'))
  })

  it('twice is expectation_failed', () => {
    expect(withHost(['Expect', '100-continue', 'Expect', '100-continue'])).toEqual(
      fault('expectation_failed'),
    )
  })

  it('is not looked at over HTTP/1.0', () => {
    expect(served(['Expect', '100-continue'], { version: '1.0' }).expectsContinue).toBe(false)
    expect(served(['Expect', 'foo'], { version: '1.0' }).expectsContinue).toBe(false)
  })
})

describe('a method override', () => {
  it.each([
    'X-HTTP-Method-Override',
    'X-Method-Override',
    'X-HTTP-Method',
    'X_HTTP_Method_Override',
    'x.http.method',
    '-X-HTTP-Method',
    'X-Method-Override_',
  ])('in %s is refused', (name) => {
    expect(withHost([name, 'DELETE'])).toEqual(fault('method_override'))
    expect(withHost([name, ''])).toEqual(fault('method_override'))
  })

  it('that names the method itself is harmless', () => {
    expect(served(['X-HTTP-Method-Override', 'get'])).toMatchObject({ method: 'GET' })
  })

  it('is found behind a harmless one', () => {
    expect(withHost(['X-HTTP-Method', 'GET', 'X-HTTP-Method', 'PUT'])).toEqual(fault('method_override'))
  })
})

describe('Connection', () => {
  it('lists names in lower case, over every instance, but for the three that have a meaning of their own', () => {
    const head = served(['Connection', 'Keep-Alive, X-User-Id', 'connection', '\tclose ,,Cookie'])
    expect(head.connectionOptions).toEqual(['x-user-id', 'cookie'])
  })

  it('with thousands of names takes linear time', () => {
    const start = performance.now()
    expect(served(['Connection', 'a,'.repeat(100_000)]).connectionOptions).toHaveLength(100_000)
    expect(performance.now() - start).toBeLessThan(500)
  })

  it('that lists nothing else leaves no list', () => {
    expect(served(['Connection', 'keep-alive, Upgrade, close']).connectionOptions).toBeUndefined()
  })
})

describe('an upgrade', () => {
  const key = 'dGhlIHNhbXBsZSBub25jZQ=='
  const handshake = [
    'Upgrade',
    'websocket',
    'Connection',
    'keep-alive, Upgrade',
    'Sec-WebSocket-Key',
    key,
    'Sec-WebSocket-Version',
    '13',
  ]
  const without = (name: string) => {
    const at = handshake.indexOf(name)
    return handshake.toSpliced(at, 2)
  }

  it('to websocket is recognised', () => {
    expect(served(handshake).upgrade).toBe(true)
    expect(served([...without('Upgrade'), 'Upgrade', 'WebSocket']).upgrade).toBe(true)
  })

  it.each<[string, readonly string[], Request]>([
    ['another method', handshake, { method: 'POST' }],
    ['HTTP/1.0', handshake, { version: '1.0' }],
    ['a length', [...handshake, 'Content-Length', '5'], {}],
    ['a chunked body', [...handshake, 'Transfer-Encoding', 'chunked'], {}],
    ['no key', without('Sec-WebSocket-Key'), {}],
    ['two keys', [...handshake, 'Sec-WebSocket-Key', key], {}],
    ['a short key', [...without('Sec-WebSocket-Key'), 'Sec-WebSocket-Key', 'c2hvcnQ='], {}],
    ['no version', without('Sec-WebSocket-Version'), {}],
    ['another version', [...without('Sec-WebSocket-Version'), 'Sec-WebSocket-Version', '777'], {}],
  ])('with %s is unsupported_upgrade', (_, headers, request) => {
    const { version } = request
    const expected =
      version === '1.0' && headers.includes('chunked') ? 'malformed_request' : 'unsupported_upgrade'
    expect(withHost(headers, request)).toEqual(fault(expected))
    expect(withHost(headers, { ...request, ignoreForeignUpgrade: true })).toEqual(fault(expected))
  })

  it.each(['h2c', 'TLS/1.2', 'foo', 'websocket, h2c', ''])('to %j is unsupported_upgrade', (value) => {
    expect(withHost(['Upgrade', value, 'Connection', 'Upgrade'])).toEqual(fault('unsupported_upgrade'))
  })

  it('to another protocol is none where Node can leave it alone', () => {
    expect(served(['Upgrade', 'h2c', 'Connection', 'Upgrade'], { ignoreForeignUpgrade: true }).upgrade).toBe(
      false,
    )
  })

  it('that Connection does not name is none', () => {
    expect(served(without('Connection')).upgrade).toBe(false)
  })

  it('option without an Upgrade field is none', () => {
    expect(served(['Connection', 'Upgrade']).upgrade).toBe(false)
  })
})

describe('X-Request-Id', () => {
  it.each(['a', 'Abc-1_2.3', 'x'.repeat(64)])('%s is kept', (value) => {
    expect(served(['X-Request-Id', value]).requestId).toBe(value)
  })

  it.each(['', 'a b', 'ü', 'a"b', 'x'.repeat(65), 'a\n'])('%j is not', (value) => {
    expect(served(['X-Request-Id', value]).requestId).toBeUndefined()
  })

  it('is not kept when there are two', () => {
    expect(served(['X-Request-Id', 'a', 'X-Request-Id', 'a']).requestId).toBeUndefined()
  })
})
