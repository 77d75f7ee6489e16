import { describe, expect, test } from 'vitest'
import { Histogram } from '../../../src/log/histogram.ts'

const observing = (...seconds: number[]) => {
  const histogram = new Histogram([0.1, 1])
  for (const each of seconds) histogram.observe(each, `r${each}`)
  return histogram
}

describe('a histogram', () => {
  test('counts each duration once, at the first bound that is not below it', () => {
    expect(observing(0, 0.1, 0.11, 1, 1.01, 60).read()).toMatchObject({ counts: [2, 2, 2] })
  })

  test('adds them up, and knows the request that took longest', () => {
    const { sum, exemplar } = observing(0.5, 2, 0.25).read()
    expect(sum).toBe(2.75)
    expect(exemplar).toEqual({ requestId: 'r2', seconds: 2, atMs: expect.any(Number) })
  })

  test('gives away what came since the last time, and nothing when nothing did', () => {
    const histogram = observing(0.5)
    expect(histogram.take()).toMatchObject({ counts: [0, 1, 0], sum: 0.5, exemplar: { requestId: 'r0.5' } })
    expect(histogram.take()).toBeUndefined()
    histogram.observe(0.01, 'later')
    expect(histogram.take()).toMatchObject({ counts: [1, 0, 0], sum: 0.01, exemplar: { requestId: 'later' } })
  })

  test('adds what another one counted', () => {
    const total = observing(0.5)
    total.add({ counts: [1, 2, 3], sum: 10 })
    expect(total.read()).toMatchObject({ counts: [1, 3, 3], sum: 10.5, exemplar: { requestId: 'r0.5' } })
  })

  test.each([
    ['a slower one', 0.6, 0, 'next'],
    ['a faster one', 0.4, 0, 'r0.5'],
    ['a faster one a minute later', 0.4, 61_000, 'next'],
  ])('has of two slowest requests: %s', (_, seconds, laterMs, kept) => {
    const total = observing(0.5)
    const exemplar = { requestId: 'next', seconds, atMs: Date.now() + laterMs }
    total.add({ counts: [0, 1, 0], sum: seconds, exemplar })
    expect(total.read().exemplar?.requestId).toBe(kept)
  })
})
