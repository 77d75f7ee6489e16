import { readdir } from 'node:fs/promises'
import type { Gauges, Meters } from '../log/meters.ts'
import { allowedDescriptors } from './descriptors.ts'

/** Measures a whole process, whether it serves requests or not. */
export type ProcessMeters = {
  /** Brings the counters up to date, and returns the gauges of this moment. */
  gauges(): Promise<Gauges>
  stop(): void
}

/** `log` is that of this process. */
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

/** Makes a function that returns by how much a total has grown since its last call. */
function growth(total: () => number): () => number {
  let before = 0
  return () => {
    const now = total()
    const more = now - before
    before = now
    return more
  }
}

/** Counts the open descriptors; undefined where the system does not tell. */
async function countDescriptors(): Promise<number | undefined> {
  return (await readdir('/proc/self/fd').catch(() => undefined))?.length
}

/** How often a timer is due, in milliseconds. A delay that is shorter may be missed. */
const lookEveryMs = 100
/** How long a delay is shown at least, in milliseconds: metrics are asked for every 15 s as a rule. */
const periodMs = 15_000

/**
 * Measures the longest time by which a timer was late in this period and the one before, so that even
 * somebody who asks rarely misses nothing.
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
