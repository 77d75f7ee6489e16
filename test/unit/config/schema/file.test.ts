import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { file } from '../../../../src/config/schema/file.ts'

describe('a file', () => {
  test('with nothing but APIs has every default', () => {
    expect(v.parse(file, { apis: {} })).toMatchObject({
      listen: { host: '0.0.0.0', port: 8080 },
      admin: { listen: { host: '127.0.0.1', port: 9090 } },
      limits: { headerBytes: 16_384, headerCount: 100, bodyBytes: 10_485_760 },
      timeouts: { connect: 5000, head: 10_000, shutdown: 30_000 },
      log: { level: 'info', format: 'json', decisions: 'all' },
      trustedProxies: [],
      workers: 1,
    })
  })

  test.each([
    [{}, 'apis is missing: '],
    [{ apis: {}, issuer: { url: 'https://i' }, issuers: {} }, 'write issuer or issuers, not both'],
    [{ apis: {}, tls: { cert: 'c' } }, 'key is missing: '],
    [[], 'expected a map: keys, each with a colon and its value; known here: listen, publicUrl'],
  ])('is not %j', (value, words) => {
    const { issues = [] } = v.safeParse(file, value)
    expect(issues.map(({ message }) => message)).toEqual([expect.stringContaining(words)])
  })
})
