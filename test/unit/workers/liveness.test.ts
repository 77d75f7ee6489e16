import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ProcessStatus } from '../../../src/admin/status.ts'
import { watchLiveness } from '../../../src/workers/liveness.ts'

const status: ProcessStatus = {
  connections: 7,
  openStreams: { eventStreams: 0, webSockets: 0 },
  issuers: {},
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A worker that replies while `replies` says so. */
function watched() {
  const seen = { replies: true, statuses: 0, stuck: 0 }
  const ask = () => (seen.replies ? Promise.resolve(status as never) : new Promise<never>(() => {}))
  const watch = watchLiveness(
    { ask },
    {
      onStatus: () => {
        seen.statuses += 1
      },
      onStuck: () => {
        seen.stuck += 1
      },
    },
  )
  return { seen, watch }
}

describe('a worker', () => {
  test('is asked for its status every second', async () => {
    const { seen } = watched()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(seen).toMatchObject({ statuses: 60, stuck: 0 })
  })

  test('that has not replied for 30 checks is called stuck, once', async () => {
    const { seen } = watched()
    seen.replies = false
    await vi.advanceTimersByTimeAsync(30_000)
    expect(seen.stuck).toBe(0)
    await vi.advanceTimersByTimeAsync(1000)
    expect(seen.stuck).toBe(1)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(seen.stuck).toBe(1)
  })

  test('is not asked any more when the watch has stopped', async () => {
    const { seen, watch } = watched()
    watch.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(seen.statuses).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})
