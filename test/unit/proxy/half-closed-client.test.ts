import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { watchHalfClosed } from '../../../src/proxy/half-closed-client.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

/**
 * A response whose client has just closed its side. `probes` are the times at which it was asked for a sign
 * of life.
 */
function halfClosed({ begun = false, httpVersion = '1.1' } = {}) {
  const startedMs = performance.now()
  const state = { isOver: false, hasBegun: begun, sentBytes: 0 }
  const probes: number[] = []
  const response = {
    destroyed: false,
    req: { httpVersion },
    writeProcessing: () => probes.push(Math.round(performance.now() - startedMs)),
    destroy: () => {
      response.destroyed = true
    },
  }
  watchHalfClosed({
    response: response as unknown as ServerResponse,
    isOver: () => state.isOver,
    hasBegun: () => state.hasBegun,
    sentBytes: () => state.sentBytes,
  })
  return { state, probes, response }
}

describe('a client that has closed its side, before its response has begun,', () => {
  it('is asked for a sign of life, each time after twice as long, up to ten seconds', () => {
    const { probes } = halfClosed()
    vi.advanceTimersByTime(40_000)
    expect(probes).toEqual([300, 900, 2100, 4500, 9300, 18_900, 28_900, 38_900])
  })

  it.each(['isOver', 'destroyed'] as const)('is not asked any more when the exchange %s', (how) => {
    const { state, probes, response } = halfClosed()
    vi.advanceTimersByTime(1000)
    if (how === 'isOver') state.isOver = true
    else response.destroyed = true
    vi.advanceTimersByTime(60_000)
    expect(probes).toEqual([300, 900])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is not asked in HTTP/1.0, which has no interim responses', () => {
    const { probes } = halfClosed({ httpVersion: '1.0' })
    vi.advanceTimersByTime(60_000)
    expect(probes).toEqual([])
  })

  it('is watched from then on when its response begins', () => {
    const { state, probes, response } = halfClosed()
    vi.advanceTimersByTime(1000)
    state.hasBegun = true
    vi.advanceTimersByTime(1100 + 4999)
    expect([probes, response.destroyed]).toEqual([[300, 900], false])
    vi.advanceTimersByTime(1)
    expect(response.destroyed).toBe(true)
  })
})

describe('a client that has closed its side, while its response goes on,', () => {
  it('is served as long as something is sent within each five seconds', () => {
    const { state, response } = halfClosed({ begun: true })
    for (let i = 0; i < 10; i++) {
      state.sentBytes += 1
      vi.advanceTimersByTime(5000)
    }
    expect(response.destroyed).toBe(false)
    vi.advanceTimersByTime(5000)
    expect(response.destroyed).toBe(true)
  })

  it('is left alone when the response is over', () => {
    const { state, response } = halfClosed({ begun: true })
    state.isOver = true
    vi.advanceTimersByTime(60_000)
    expect(response.destroyed).toBe(false)
    expect(vi.getTimerCount()).toBe(0)
  })
})
