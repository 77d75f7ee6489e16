import { LRUCache } from 'lru-cache'
import type { Rate } from '../../config/chatgpt-config.ts'

/** So many in a window of time, for each key. */
export type RateLimit = {
  /** The time until there is room for so many more, in whole seconds; 0 when there is. Counts nothing. */
  waitSeconds(key: string, count?: number): number
  add(key: string, count?: number): void
}

/** As far as a window has gone, the one before it still counts for the rest. */
type Windows = { startMs: number; current: number; previous: number }

/**
 * Keys that are counted at once: 1 MiB at most. A flood of others pushes out the one that was quiet for
 * longest, so that it is counted from nothing again.
 */
const mostKeys = 10_000

/**
 * A sliding window of two counters for each key. Two bursts at the border of two fixed windows would be twice
 * what is allowed. `now`: milliseconds by any clock that never goes back. Default: the one of the process
 */
export function createRateLimit(
  { most, windowMs }: Rate,
  now: () => number = () => performance.now(),
): RateLimit {
  const known = new LRUCache<string, Windows>({ max: mostKeys })

  function windowsOf(key: string): Windows {
    const startMs = Math.floor(now() / windowMs) * windowMs
    const found = known.get(key)
    if (found?.startMs === startMs) return found
    const previous = found?.startMs === startMs - windowMs ? found.current : 0
    return { startMs, current: 0, previous }
  }

  return {
    waitSeconds(key, count = 1) {
      const { startMs, current, previous } = windowsOf(key)
      const restMs = startMs + windowMs - now()
      // More than is ever allowed at once has room as soon as nothing else is there.
      const room = most - Math.min(count, most)
      if (current + previous * (restMs / windowMs) <= room) return 0
      const isNow = current <= room
      const counted = isNow ? previous : current
      const leftMs = (Math.max(room - (isNow ? current : 0), 0) / counted) * windowMs
      return Math.ceil((restMs + (isNow ? 0 : windowMs) - leftMs) / 1000) || 1
    },
    add(key, count = 1) {
      const windows = windowsOf(key)
      windows.current += count
      known.set(key, windows)
    },
  }
}
