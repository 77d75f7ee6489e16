import { describe, expect, it } from 'vitest'
import {
  costDifference,
  costRatio,
  digits,
  doubt,
  isSaturated,
  type Round,
  type Run,
  ratio,
  typical,
} from '../src/results.ts'

function round(requestsPerSecond: number, cpuMicros: number, busy: number): Round {
  return { requestsPerSecond, cpuMicros, busy, p50Ms: 1, p99Ms: 2 }
}

const run = (...rounds: readonly Round[]): Run => ({ id: 'a', name: 'A', rounds })

it('the difference of costs is taken turn by turn', () => {
  const [more, less] = [run(round(1, 50, 1), round(1, 90, 1)), run(round(1, 49, 1), round(1, 91, 1))]
  expect(costDifference(more, less)).toEqual([1, -1])
})

describe('ratio', () => {
  it('is of requests where both had nothing left', () => {
    const [ours, theirs] = [run(round(200, 50, 1)), run(round(100, 50, 0.99))]
    expect(ratio(ours, theirs)).toEqual({ rounds: [2], by: 'requests/s' })
  })

  it('is of CPU time where one had', () => {
    const [ours, theirs] = [run(round(200, 50, 1)), run(round(200, 20, 0.4))]
    expect(ratio(ours, theirs)).toEqual({ rounds: [0.4], by: 'CPU' })
  })

  it('is taken round by round, so that a slow moment of the machine does not count', () => {
    const ours = run(round(200, 1, 1), round(20, 1, 1), round(200, 1, 1))
    const theirs = run(round(100, 1, 1), round(10, 1, 1), round(50, 1, 1))
    expect(ratio(ours, theirs).rounds).toEqual([2, 2, 4])
  })

  it('leaves out rounds that only one has', () => {
    const ours = run(round(200, 1, 1))
    const theirs = run(round(100, 1, 1), round(1, 1, 1), round(1, 1, 1))
    expect(ratio(ours, theirs).rounds).toEqual([2])
  })
})

it('costRatio is more where a request takes more', () => {
  expect(costRatio(run(round(1, 75, 1)), run(round(1, 50, 1)))).toEqual([1.5])
})

it('is saturated only when it was on the CPU nearly all the time', () => {
  expect([0.94, 0.96].map((busy) => isSaturated(run(round(1, 1, busy))))).toEqual([false, true])
})

it('typical is the median of the rounds that have the figure', () => {
  const rounds = [round(1, 1, 1), round(3, 1, 1), { requestsPerSecond: 2, p50Ms: 1, p99Ms: 1 }]
  expect(typical(run(...rounds), 'requestsPerSecond')).toBe(2)
  expect(typical(run(...rounds), 'residentMiB')).toBeNaN()
})

it.each([
  [[2, 2.1, 2.2], ''],
  [[2, 2.1, 2.5], '; its rounds disagree: 2.00 to 2.50'],
  [[2], ''],
  [undefined, ''],
])('the doubt about rounds of %j is %j', (rounds, expected) => {
  expect(doubt(rounds)).toBe(expected)
})

it.each([
  [0.1234, '0.12'],
  [-12.34, '-12.3'],
  [1234.5, '1,235'],
  [Number.NaN, '–'],
])('writes %d with the digits that count', (value, text) => {
  expect(digits(value)).toBe(text)
})
