import { describe, expect, test } from 'vitest'
import { createFacadeLimits } from '../../../../src/endpoint/oauth-facade/limits.ts'
import { createRateLimit } from '../../../../src/endpoint/oauth-facade/rate-limit.ts'

/** A limit under a clock that stands still, and that clock. */
function limit(most: number, windowMs: number) {
  const clock = { ms: 0 }
  const rate = createRateLimit({ most, windowMs }, () => clock.ms)
  const take = (key = 'a', count = 1) => {
    const seconds = rate.waitSeconds(key, count)
    if (seconds === 0) rate.add(key, count)
    return seconds
  }
  return { clock, take, rate }
}

describe('a rate limit', () => {
  test('takes so many, and no more', () => {
    const { take } = limit(3, 10_000)
    expect([take(), take(), take(), take() > 0]).toEqual([0, 0, 0, true])
  })

  test('counts each key by itself', () => {
    const { take } = limit(1, 10_000)
    expect([take('a'), take('b'), take('a') > 0]).toEqual([0, 0, true])
  })

  test.each([0, 1, 2500, 9999])('says exactly how long to wait, %i ms into its window', (startMs) => {
    const { clock, take } = limit(4, 10_000)
    clock.ms = startMs
    while (take() === 0);
    const seconds = take()
    clock.ms += (seconds - 1) * 1000
    expect(take()).toBeGreaterThan(0)
    clock.ms += 1000
    expect(take()).toBe(0)
  })

  test('lets no more than that through in any window, whenever they come', () => {
    const { clock, take } = limit(10, 10_000)
    const taken: number[] = []
    for (; clock.ms < 100_000; clock.ms += 37) if (take() === 0) taken.push(clock.ms)
    const most = taken.map((at) => taken.filter((other) => other >= at && other < at + 10_000).length)
    // A sliding window of two counters guesses that the one before was filled evenly.
    expect(Math.max(...most)).toBeLessThanOrEqual(11)
    expect(taken.length).toBeGreaterThan(85)
  })

  test('of one admits what counts twice, alone', () => {
    const { take } = limit(1, 10_000)
    expect([take('a', 2), take('a') > 0]).toEqual([0, true])
  })

  test('forgets the keys that were quiet for longest, and grows no further', () => {
    const { take } = limit(1, 10_000)
    expect(take('first')).toBe(0)
    for (let i = 0; i < 10_000; i++) take(`key ${i}`)
    expect(take('first')).toBe(0)
    expect(take('key 9999')).toBeGreaterThan(0)
  })
})

describe('an address', () => {
  test.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', true],
    ['2001:DB8:1:2::1', '2001:db8:1:2::2', true],
    ['2001:db8::1', '2001:db8:0:0:9::', true],
    ['::1', '::2', true],
    ['fe80::1', '::1', false],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['192.0.2.1', '192.0.2.2', false],
    ['192.0.2.1', '192.0.2.1', true],
  ])('%s and %s are one client: %s', (one, other, isSame) => {
    const rate = { most: 1, windowMs: 60_000 }
    const { perAddress } = createFacadeLimits({ perAddress: rate, total: rate })
    perAddress.add(one)
    expect(perAddress.waitSeconds(other) > 0).toBe(isSame)
  })
})
