import { describe, expect, test } from 'vitest'
import { healthOf } from '../../../src/admin/health.ts'
import type { ProcessStatus } from '../../../src/admin/status.ts'
import type { KeySetStatus } from '../../../src/issuer/key-set.ts'

const status = (connections: number, issuers: Record<string, KeySetStatus>): ProcessStatus => ({
  connections,
  openStreams: { eventStreams: connections, webSockets: 1 },
  issuers,
})
const issuer = 'https://issuer.test'
const good = { issuer, ready: true, keys: 2 }
const lasting = { issuer, ready: true, keys: 2, problem: 'the issuer cannot be reached' }
const none = { issuer, ready: false, keys: 0, problem: 'no keys yet' }

describe('the health of several processes', () => {
  test('is their counts together', () => {
    expect(healthOf([status(3, { a: good }), status(4, { a: good })], [])).toEqual({
      ready: true,
      missing: [],
      issuers: [good],
      connections: 7,
      openStreams: { eventStreams: 7, webSockets: 2 },
    })
  })

  test.each([
    [[good, lasting], lasting, true],
    [[lasting, none, good], none, false],
  ])('is of an issuer that of the worst: %j', (issuers, worst, ready) => {
    const health = healthOf(
      issuers.map((issuer) => status(0, { a: issuer })),
      [],
    )
    expect(health.issuers).toEqual([worst])
    expect(health.ready).toBe(ready)
  })

  test('tells issuers apart by their options, in whatever order the processes have them', () => {
    const one = status(0, { a: good, b: none })
    const other = status(0, { b: good, a: good })
    expect(healthOf([one, other], []).issuers).toEqual([good, none])
  })

  test('is not ready for whatever else is missing', () => {
    expect(healthOf([status(0, {})], ['worker 2 is being started'])).toMatchObject({
      ready: false,
      missing: ['worker 2 is being started'],
    })
  })
})
