import { readdir } from 'node:fs/promises'
import type { Gauges, Meters } from '../log/meters.ts'
import { allowedDescriptors } from './descriptors.ts'

/** What is measured of a whole process, whether it serves requests or not. */
export type ProcessMeters = {
  /** Counts up to now, and says what is so now. */
  gauges(): Promise<Gauges>
  stop(): void
}

/** `log`: that of this process. */
export function measureProcess(meters: Meters, log: { readonly droppedLines: number }): ProcessMeters {
  const lag = watchLag()
  const countCpu = growth(() => process.cpuUsage().user + process.cpuUsage().system)
  const countDropped = growth(() => log.droppedLines)
  const maxFds = allowedDescriptors()
  return {
    async gauges() {
      meters.counter('process_cpu_seconds_total').add(countCpu() / 1e6)
      meters.counter('scopegate_log_lines_dropped_total').add(countDropped())
      const openFds = await countDescriptors()
      return [
        ['nodejs_eventloop_lag_seconds', [], lag.seconds()],
        ['process_resident_memory_bytes', [], process.memoryUsage.rss()],
        ['process_start_time_seconds', [], Math.round(Date.now() / 1000 - process.uptime())],
        ...(openFds === undefined ? [] : [['process_open_fds', [], openFds] as const]),
        ...(maxFds === Number.POSITIVE_INFINITY ? [] : [['process_max_fds', [], maxFds] as const]),
      ]
    },
    stop: lag.stop,
  }
}

/** By how much a total has grown since the last time. */
function growth(total: () => number): () => number {
  let before = 0
  return () => {
    const now = total()
    const more = now - before
    before = now
    return more
  }
}

/** Undefined where the system does not tell. */
async function countDescriptors(): Promise<number | undefined> {
  return (await readdir('/proc/self/fd').catch(() => undefined))?.length
}

const lookEveryMs = 100
const periodMs = 15_000

/**
 * The longest time by which a timer was late, in this period and the one before: one that is asked rarely
 * misses nothing.
 */
function watchLag(): { seconds(): number; stop(): void } {
  let dueMs = performance.now() + lookEveryMs
  let periodEndsMs = dueMs + periodMs
  let longestMs = 0
  let longestBeforeMs = 0
  const timer = setInterval(() => {
    const nowMs = performance.now()
    longestMs = Math.max(longestMs, nowMs - dueMs)
    dueMs = nowMs + lookEveryMs
    if (nowMs < periodEndsMs) return
    periodEndsMs = nowMs + periodMs
    longestBeforeMs = longestMs
    longestMs = 0
  }, lookEveryMs).unref()
  return {
    seconds: () => Math.max(longestMs, longestBeforeMs) / 1000,
    stop: () => clearInterval(timer),
  }
}
