import { describe, expect, it } from 'vitest'
import { accountOf, parseSchedstat, parseStat, withDescendants } from '../src/machine/accounting.ts'

describe('/proc/PID/stat', () => {
  const fields = '7 42 7 0 -1 4194560 1 2 3 4 11 22 33 44 20 0 1 0 100 5 6'

  it('is read by the numbers of proc(5)', () => {
    expect(parseStat(`42 (nginx) S ${fields}`)).toEqual({ parent: 7, ownTicks: 33, childTicks: 77 })
  })

  it('is read behind a name with spaces and parentheses', () => {
    expect(parseStat(`42 (a) b (c) S ${fields}`)).toEqual({ parent: 7, ownTicks: 33, childTicks: 77 })
  })
})

it('schedstat begins with nanoseconds on the CPU', () => {
  expect(parseSchedstat('123456789 1000 77\n')).toBe(123_456_789)
})

describe('withDescendants', () => {
  const parentOf = new Map([
    [30, 20],
    [20, 10],
    [10, 1],
    [40, 1],
  ])

  it('takes children of children, in whatever order they are listed', () => {
    expect(withDescendants([10], parentOf).sort()).toEqual([10, 20, 30])
  })

  it('leaves siblings and parents out', () => {
    expect(withDescendants([20], parentOf).sort()).toEqual([20, 30])
  })
})

it.runIf(process.platform === 'linux')('books CPU time and memory on a process that is there', () => {
  const before = accountOf([process.pid])
  for (const endMs = performance.now() + 30; performance.now() < endMs; );
  const after = accountOf([process.pid])
  expect(after.cpuNanos - before.cpuNanos).toBeGreaterThan(10_000_000)
  expect(after.residentMiB).toBeGreaterThan(10)
})
