import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import {
  address,
  baseUrl,
  corsOrigin,
  endpoint,
  host,
  network,
  origin,
  prefix,
} from '../../../../src/config/schema/values.ts'

function decode(schema: v.GenericSchema, value: unknown): unknown {
  const result = v.safeParse(schema, value)
  return result.success ? result.output : result.issues.map(({ message }) => message).join(' + ')
}

const missing = (scheme: string) => `the scheme is missing: write ${scheme} in front of it`

describe('a value', () => {
  test.each([
    [origin, 'HTTP://Legacy-API:80', 'http://legacy-api'],
    [origin, 'https://[::1]:8443/', 'https://[::1]:8443'],
    [baseUrl, 'HTTPS://Example.com/base', 'https://Example.com/base'],
    [endpoint, 'HTTPS://example.com/jwks?x=1', 'HTTPS://example.com/jwks?x=1'],
    [endpoint, 'https://me:secret@example.com/jwks', 'https://me:secret@example.com/jwks'],
    [address, '[::]:8080', { host: '::', port: 8080 }],
    [host, 'API.Example.com.', 'api.example.com'],
    [network, '192.0.2.1', '192.0.2.1/32'],
    [network, '::1', '::1/128'],
    [corsOrigin, 'https://app.example.com', 'https://app.example.com'],
    [prefix, '/é', { written: '/é', canonical: '/%C3%A9' }],
    [prefix, '/', { written: '', canonical: '' }],
  ])('%#: %s is decoded', (schema, text, decoded) => {
    expect(decode(schema, text)).toEqual(decoded)
  })

  test.each([
    [origin, '127.0.0.1:3100', missing('http://')],
    [origin, 'localhost:3100', missing('http://')],
    [origin, '[::1]:3100', missing('http://')],
    [origin, 'legacy-api', missing('http://')],
    [origin, '//legacy-api:3000', missing('http://')],
    [baseUrl, 'api.example.com/base', missing('https://')],
    [endpoint, 'tenant.logto.app/oidc/jwks', missing('https://')],
    [origin, 'ftp://legacy-api', expect.stringContaining('expected an origin such as')],
    [origin, 'http://me:secret@legacy-api', expect.stringContaining('expected an origin such as')],
    [endpoint, '/oidc/jwks', 'expected a URL such as https://example.com/jwks'],
    [baseUrl, 'https://bücher.example.com', expect.stringContaining('a URL holds ASCII alone')],
    [baseUrl, 'https://example.com/ü', expect.stringContaining('a URL holds ASCII alone')],
    [baseUrl, 'https://[', 'this URL cannot be read: correct it'],
    [prefix, '/:tenant', expect.stringContaining('has no wildcards')],
    [prefix, 'v1', 'a path starts with /'],
  ])('%#: %s is refused in one sentence', (schema, text, message) => {
    expect(decode(schema, text)).toEqual(message)
  })
})
