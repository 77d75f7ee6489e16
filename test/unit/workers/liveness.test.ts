import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Report } from '../../../src/admin/status.ts'
import { watchPulse } from '../../../src/workers/liveness.ts'
import type { WorkerProcess } from '../../../src/workers/worker-process.ts'

const report: Report = { connections: 7, openStreams: { eventStreams: 0, webSockets: 0 }, issuers: {} }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A worker that answers while `answers` says so. */
function watched() {
  const seen = { answers: true, reports: 0, stuck: 0 }
  const ask = () => (seen.answers ? Promise.resolve(report) : new Promise(() => {}))
  const pulse = watchPulse({ ask } as unknown as WorkerProcess, {
    report: () => {
      seen.reports += 1
    },
    stuck: () => {
      seen.stuck += 1
    },
  })
  return { seen, pulse }
}

describe('the pulse of a worker', () => {
  test('is felt every second', async () => {
    const { seen } = watched()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(seen).toMatchObject({ reports: 60, stuck: 0 })
  })

  test('that is missing for 30 beats is told once', async () => {
    const { seen } = watched()
    seen.answers = false
    await vi.advanceTimersByTimeAsync(30_000)
    expect(seen.stuck).toBe(0)
    await vi.advanceTimersByTimeAsync(1000)
    expect(seen.stuck).toBe(1)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(seen.stuck).toBe(1)
  })

  test('is not looked for any more after its end', async () => {
    const { seen, pulse } = watched()
    pulse.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(seen.reports).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})
