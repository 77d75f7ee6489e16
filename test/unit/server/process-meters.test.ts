import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { Meters } from '../../../src/log/meters.ts'
import { measureProcess } from '../../../src/server/process-meters.ts'

test('a process tells how late its event loop was, long after it was', async () => {
  const measured = measureProcess(new Meters(1), { droppedLines: 0 })
  onTestFinished(measured.stop)
  await pause(150)
  const untilMs = performance.now() + 300
  while (performance.now() < untilMs);
  await pause(150)
  const gauges = Object.fromEntries((await measured.gauges()).map(([name, , value]) => [name, value]))
  expect(gauges['nodejs_eventloop_lag_seconds']).toBeGreaterThan(0.15)
  expect(gauges['process_resident_memory_bytes']).toBeGreaterThan(10_000_000)
  expect(gauges['process_start_time_seconds']).toBeGreaterThan(1_600_000_000)
})

test('what a process has used and lost is counted once, however often it is asked', async () => {
  const meters = new Meters(1)
  const log = { droppedLines: 5 }
  const measured = measureProcess(meters, log)
  onTestFinished(measured.stop)
  const counted = async () => {
    await measured.gauges()
    return Object.fromEntries(meters.read().counters.map(([name, , value]) => [name, value]))
  }
  expect((await counted())['scopegate_log_lines_dropped_total']).toBe(5)
  log.droppedLines = 7
  expect((await counted())['scopegate_log_lines_dropped_total']).toBe(7)
  const { process_cpu_seconds_total: seconds = 0 } = await counted()
  const { user, system } = process.cpuUsage()
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual((user + system) / 1e6)
})
