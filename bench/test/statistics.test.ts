import { describe, expect, it } from 'vitest'
import { median, percentile, slope } from '../src/statistics.ts'

describe('median', () => {
  it.each([
    [[3], 3],
    [[9, 1, 5], 5],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 100], 10], // As numbers, not as text.
    [[], Number.NaN],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected)
  })
})

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1)

  it.each([
    [0.5, 50],
    [0.99, 99],
    [1, 100],
    [0, 1],
  ])('%d of 1 to 100 is %d', (share, expected) => {
    expect(percentile(hundred, share)).toBe(expected)
  })

  it('of nothing is no number', () => {
    expect(percentile([], 0.5)).toBeNaN()
  })
})

describe('slope', () => {
  it('is that of the line which the points stand around', () => {
    const points = [0, 1, 2, 3].map((x) => [x, 5 + 2 * x + (x % 3 === 0 ? 1 : -1)] as const)
    expect(slope(points)).toBeCloseTo(2)
  })

  it('falls where the values do', () => {
    expect(
      slope([
        [10, 3],
        [20, 1],
      ]),
    ).toBeCloseTo(-0.2)
  })

  it('of one point is no number', () => {
    expect(slope([[1, 1]])).toBeNaN()
  })
})
