import { describe, expect, it } from 'vitest'
import { type CorsOptions, createCors, isPreflight } from '../../../src/http/cors.ts'
import { readRequestHead } from '../../../src/http/request-head.ts'

const create = (options: Partial<CorsOptions> = {}) =>
  createCors({ origins: ['https://app.test'], exposeHeaders: [], credentials: false, ...options })

function head(headers: readonly string[], method = 'OPTIONS') {
  const read = readRequestHead(method, '1.1', ['Host', 'gw.test', ...headers], { headerCount: 100 })
  if ('code' in read) throw new Error(read.code)
  return read
}

const asking = (method: string, headers?: string, origin = 'https://app.test') =>
  head([
    'Origin',
    origin,
    'Access-Control-Request-Method',
    method,
    ...(headers === undefined ? [] : ['Access-Control-Request-Headers', headers]),
  ])

const expose = ['Access-Control-Expose-Headers', 'WWW-Authenticate']
const varied = ['Vary', 'Origin']

describe('an ordinary answer', () => {
  it('grants the origin that is allowed', () => {
    expect(create().headers('https://app.test')).toEqual([
      ...varied,
      'Access-Control-Allow-Origin',
      'https://app.test',
      ...expose,
    ])
  })

  it('with credentials says so', () => {
    expect(create({ credentials: true }).headers('https://app.test')).toEqual([
      ...varied,
      'Access-Control-Allow-Origin',
      'https://app.test',
      'Access-Control-Allow-Credentials',
      'true',
      ...expose,
    ])
  })

  it.each([undefined, 'https://evil.test', 'https://app.test.evil.test', 'HTTPS://APP.TEST', 'null'])(
    'grants nothing to %s but varies',
    (origin) => {
      expect(create().headers(origin)).toEqual(varied)
    },
  )

  it('to any origin does not vary', () => {
    expect(create({ origins: ['*'] }).headers('https://x.test')).toEqual([
      'Access-Control-Allow-Origin',
      '*',
      ...expose,
    ])
  })

  it('always exposes the challenge, once', () => {
    const cors = create({ origins: ['*'], exposeHeaders: ['ETag', 'www-authenticate'] })
    expect(cors.headers(undefined)).toContain('ETag, WWW-Authenticate')
  })
})

describe('a preflight', () => {
  it('is OPTIONS with Origin and the method to come', () => {
    expect(isPreflight(asking('PUT'))).toBe(true)
    expect(isPreflight(head(['Origin', 'https://app.test']))).toBe(false)
    expect(isPreflight(head(['Access-Control-Request-Method', 'PUT']))).toBe(false)
    expect(isPreflight(head(['Origin', 'a', 'Access-Control-Request-Method', 'PUT'], 'GET'))).toBe(false)
  })

  it('is granted what the path lists', () => {
    expect(
      create({ maxAgeSeconds: 600 }).preflight(asking('PUT', 'authorization,content-type'), ['GET', 'PUT']),
    ).toEqual({
      status: 204,
      headers: [
        ...varied,
        'Access-Control-Allow-Origin',
        'https://app.test',
        'Access-Control-Allow-Methods',
        'GET, PUT',
        'Access-Control-Allow-Headers',
        'Authorization, Content-Type',
        'Access-Control-Max-Age',
        '600',
      ],
      body: '',
    })
  })

  it('is granted what the options list, where they list something', () => {
    const cors = create({ methods: ['PATCH'], headers: ['X-Trace'] })
    expect(cors.preflight(asking('PATCH', 'X-TRACE'), ['GET']).headers).toContain('PATCH')
    expect(cors.preflight(asking('GET'), ['GET']).headers).toEqual(varied)
    expect(cors.preflight(asking('PATCH', 'authorization'), []).headers).toEqual(varied)
  })

  it.each([
    ['another origin', asking('PUT', undefined, 'https://evil.test')],
    ['another method', asking('DELETE')],
    ['a method in another case', asking('put')],
    ['another header', asking('PUT', 'authorization, x-secret')],
  ])('for %s is answered without a grant', (_, request) => {
    expect(create({ credentials: true }).preflight(request, ['PUT'])).toEqual({
      status: 204,
      headers: varied,
      body: '',
    })
  })

  it('a header wildcard does not cover Authorization', () => {
    const cors = create({ headers: ['*'] })
    expect(cors.preflight(asking('PUT', 'x-any'), ['PUT']).headers).toContain('*')
    expect(cors.preflight(asking('PUT', 'authorization'), ['PUT']).headers).toEqual(varied)
  })
})
