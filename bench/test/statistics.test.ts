import { describe, expect, it } from 'vitest'
import { disagree, median, percentile, slope } from '../src/statistics.ts'

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

describe('rounds disagree', () => {
  it.each([
    ['by exactly a fifth of their median', [95, 100, 115], false],
    ['by a little more', [94, 100, 115], true],
    ['when one of many is far off', [50, 50, 50, 50, 61], true],
    ['when all are below zero and apart', [-1, -2, -3], true],
    ['around zero', [-0.1, 0, 0.1], true],
    ['not when they are the same', [0, 0, 0], false],
    ['not when there is one', [7], false],
    ['not when there is none', [], false],
    ['whatever is no number among them', [100, Number.NaN, 130], true],
    ['not for want of a number', [Number.NaN, 100], false],
  ])('%s', (_, rounds, expected) => {
    expect(disagree(rounds)).toBe(expected)
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
