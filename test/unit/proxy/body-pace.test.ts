import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BodyPace } from '../../../src/proxy/body-pace.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval'] }))
afterEach(() => void vi.useRealTimers())

/**
 * A body of which `bytesAt` says how much has come after so many seconds; undefined while the upstream waits.
 */
function watch(bytesAt: (seconds: number) => number | undefined, leastBytes = 1024) {
  let slow = 0
  let seconds = 0
  const pace = new BodyPace({
    leastBytes,
    received: () => bytesAt(seconds),
    onTooSlow: () => {
      slow += 1
      pace.stop()
    },
  })
  return {
    pace,
    /** Lets time pass up to this second, and says whether the body was too slow by then. */
    isSlowAt(second: number): boolean {
      while (seconds < second) {
        seconds += 1
        vi.advanceTimersByTime(1000)
      }
      expect(slow).toBeLessThanOrEqual(1)
      return slow === 1
    },
  }
}

describe('a body that comes slower than the least pace', () => {
  it('is too slow thirty seconds after the first ten', () => {
    const { isSlowAt } = watch((seconds) => seconds * 1000)
    expect(isSlowAt(39)).toBe(false)
    expect(isSlowAt(40)).toBe(true)
  })

  it('is too slow in whatever thirty seconds it becomes so', () => {
    const { isSlowAt } = watch((seconds) => Math.min(seconds, 100) * 2048)
    expect(isSlowAt(114)).toBe(false)
    expect(isSlowAt(116)).toBe(true)
  })

  it('is too slow although a byte comes each second', () => {
    const { isSlowAt } = watch((seconds) => seconds)
    expect(isSlowAt(40)).toBe(true)
  })

  it('is said to be so once', () => {
    const { isSlowAt } = watch(() => 0)
    expect(isSlowAt(400)).toBe(true)
  })
})

describe('a body that is fast enough', () => {
  it('may come at exactly the least pace', () => {
    expect(watch((seconds) => seconds * 1024).isSlowAt(300)).toBe(false)
  })

  it('may begin late: its first ten seconds do not count', () => {
    expect(watch((seconds) => Math.max(seconds - 10, 0) * 1024).isSlowAt(300)).toBe(false)
  })

  it('may come in bursts, as long as the average is right', () => {
    expect(watch((seconds) => Math.ceil(seconds / 30) * 30 * 1024).isSlowAt(300)).toBe(false)
  })

  it('may pause while the upstream takes nothing, and has thirty seconds from then on', () => {
    const { isSlowAt } = watch((seconds) => (seconds > 20 && seconds < 200 ? undefined : 0))
    expect(isSlowAt(229)).toBe(false)
    expect(isSlowAt(230)).toBe(true)
  })
})

describe('no clock runs', () => {
  it('without a least pace', () => {
    watch(() => 0, 0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each([5, 20])('once it is stopped, after %d seconds', (seconds) => {
    const { pace, isSlowAt } = watch(() => 0)
    isSlowAt(seconds)
    pace.stop()
    expect(vi.getTimerCount()).toBe(0)
    expect(isSlowAt(100)).toBe(false)
  })
})
