import { describe, expect, test } from 'vitest'
import { isUnanswerable, relayHead } from '../../../src/proxy/response-head.ts'

const relay = (raw: readonly string[], keepPrivate = false, cors?: readonly string[]) =>
  relayHead(200, raw, { keepPrivate }, cors)
const fields = (...args: Parameters<typeof relay>) => relay(...args).headers.slice(0, -2)

test('end-to-end fields pass as they are, in their order, and Via is added', () => {
  const raw = ['ETag', 'W/"1"', 'Set-Cookie', 'a=1', 'set-cookie', 'b=2', 'X-Empty', '']
  expect(relay(raw).headers).toEqual([...raw, 'Via', '1.1 scopegate'])
  expect(fields(raw.map((text) => Buffer.from(text)) as unknown as string[])).toEqual(raw)
})

test('hop-by-hop fields stay here, with those that Connection names, but never the framing', () => {
  const raw = [
    'Connection',
    'X-Hop, content-length',
    'Keep-Alive',
    't=5',
    'x-hop',
    '1',
    'Content-Length',
    '0',
  ]
  expect(fields(raw)).toEqual(['Content-Length', '0'])
})

test('a date and an event stream are noticed', () => {
  expect(relay(['Date', 'today', 'Content-Type', 'Text/Event-Stream; charset=utf-8'])).toMatchObject({
    hasDate: true,
    isEventStream: true,
  })
  expect(relay(['Content-Type', 'text/event-stream-x'])).toMatchObject({
    hasDate: false,
    isEventStream: false,
  })
})

test('the CORS fields of the gateway replace those of the upstream', () => {
  const raw = ['Access-Control-Allow-Origin', '*', 'A', '1']
  expect(fields(raw)).toEqual(raw)
  expect(fields(raw, false, ['Vary', 'Origin'])).toEqual(['A', '1', 'Vary', 'Origin'])
})

describe('a response for a token stays out of shared caches', () => {
  const cacheControl = (...values: readonly string[]) => {
    const headers = fields(
      values.flatMap((value) => ['Cache-Control', value]),
      true,
    )
    return headers[headers.indexOf('Cache-Control') + 1]
  }

  test.each([
    [[], 'private'],
    [['public, max-age=60'], 'private, max-age=60'],
    [['max-age=60', 'S-MaxAge = 5, must-revalidate'], 'private, max-age=60, must-revalidate'],
    [['private="a, public", public'], 'private'],
    [['no-store, public'], 'no-store'],
    [['x="never closed, public'], 'private, x="never closed'],
  ])('%j becomes %j', (values, expected) => {
    expect(cacheControl(...values)).toBe(expected)
  })

  test('and fields for CDNs are taken out', () => {
    const raw = [
      'CDN-Cache-Control',
      'public',
      'Surrogate-Control',
      'max-age=1',
      'Vendor-CDN-Cache-Control',
      'x',
    ]
    expect(fields(raw, true)).toEqual(['Cache-Control', 'private', 'Vary', 'Authorization'])
    expect(fields(raw)).toEqual(raw)
  })

  test('and varies by the token', () => {
    for (const vary of ['Accept, authorization', '*'])
      expect(fields(['Vary', vary], true).filter((text) => text === 'Vary')).toHaveLength(1)
    expect(fields(['Vary', 'X-Authorization'], true)).toContain('Authorization')
  })

  test('in linear time, however long Cache-Control is', () => {
    const startedMs = performance.now()
    for (const piece of ['"', '"a,', '\\"', ', ', ' ']) cacheControl(piece.repeat(30_000))
    expect(performance.now() - startedMs).toBeLessThan(300)
  })
})

describe('a challenge that would sign the connection in', () => {
  test('is taken out, and noticed', () => {
    const raw = ['WWW-Authenticate', 'Negotiate', 'WWW-Authenticate', 'NTLM, Basic realm="x"']
    const head = relay(raw)
    expect(head).toMatchObject({ connectionAuth: true, challenged: true })
    expect(head.headers).toEqual(['WWW-Authenticate', 'Basic realm="x"', 'Via', '1.1 scopegate'])
    expect(relay(['WWW-Authenticate', 'NTLM'])).toMatchObject({ connectionAuth: true, challenged: false })
  })

  test('is no other one', () => {
    const raw = ['WWW-Authenticate', 'Digest  realm="NTLM"']
    expect(relay(raw)).toMatchObject({ connectionAuth: false, challenged: true })
    expect(fields(raw)).toEqual(raw)
  })
})

describe('a response whose status allows no body', () => {
  const framed = ['Content-Length', '5', 'A', '1']
  const byStatus = (status: number) => relayHead(status, framed, { keepPrivate: false }, undefined)

  test.each([
    [204, ['A', '1']],
    [205, ['A', '1', 'Content-Length', '0']],
    // RFC 9110 section 8.6: the length of the body that is not sent again.
    [304, framed],
  ])('%d is over with its head, and has a length only where that is right', (status, headers) => {
    expect(byStatus(status)).toMatchObject({ isWhole: true, headers: [...headers, 'Via', '1.1 scopegate'] })
  })

  test.each([200, 206, 404])('is not %d', (status) => {
    expect(byStatus(status)).toMatchObject({ isWhole: false, headers: [...framed, 'Via', '1.1 scopegate'] })
  })
})

describe('a 401', () => {
  const unanswerable = (status: number, raw: readonly string[]) =>
    isUnanswerable(status, relayHead(status, raw, { keepPrivate: false }, undefined))

  test('that is left without any challenge cannot be answered by a client', () => {
    expect(unanswerable(401, ['WWW-Authenticate', 'NTLM'])).toBe(true)
  })

  test('that keeps another challenge, or never had one, can be relayed; so can every other status', () => {
    expect(unanswerable(401, ['WWW-Authenticate', 'NTLM, Basic realm="x"'])).toBe(false)
    expect(unanswerable(401, [])).toBe(false)
    expect(unanswerable(403, ['WWW-Authenticate', 'NTLM'])).toBe(false)
  })
})

test('Location and Content-Location are written anew where rules say so, and pass as they are otherwise', () => {
  const raw = ['Location', 'http://inner:1/a', 'content-location', '/b', 'Link', '<http://inner:1/c>']
  const location = { origins: ['http://inner:1'], publicUrl: 'https://api.test', prefix: '/v1' }
  expect(relayHead(201, raw, { keepPrivate: false, location }, undefined).headers.slice(0, -2)).toEqual([
    'Location',
    'https://api.test/v1/a',
    'content-location',
    '/v1/b',
    'Link',
    '<http://inner:1/c>',
  ])
  expect(fields(raw)).toEqual(raw)
})

test('the framing and the credentials of a response cannot be taken away by its Connection', () => {
  const raw = ['Connection', 'Content-Length, Content-Type', 'Content-Length', '2', 'Content-Type', 'a/b']
  expect(fields(raw)).toEqual(raw.slice(2))
})
