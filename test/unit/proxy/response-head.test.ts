import { describe, expect, test } from 'vitest'
import { relayHead } from '../../../src/proxy/response-head.ts'

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
