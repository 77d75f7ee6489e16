import { describe, expect, test } from 'vitest'
import { countFailures, restartPauseMs } from '../../../src/workers/restart-pause.ts'

describe('the pause before a worker is started again', () => {
  test('is none at first, then doubles up to 30 s while its processes keep ending young', () => {
    const pauses: number[] = []
    for (let failures = 0; pauses.length < 9; ) {
      failures = countFailures(failures, 1000)
      pauses.push(restartPauseMs(failures))
    }
    expect(pauses).toEqual([0, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  })

  test('is none again after a process that ran for 10 s', () => {
    expect(restartPauseMs(countFailures(20, 9_999))).toBe(30_000)
    expect(restartPauseMs(countFailures(20, 10_000))).toBe(0)
  })
})
