import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { accountOf, parseSchedstat, parseStat } from '../src/machine/accounting.ts'

describe('/proc/PID/stat', () => {
  const fields = '7 42 7 0 -1 4194560 1 2 3 4 11 22 33 44 20 0 1 0 100 5 6'

  it('is read by the numbers of proc(5)', () => {
    expect(parseStat(`42 (nginx) S ${fields}`)).toEqual({ ownTicks: 33, childTicks: 77 })
  })

  it('is read behind a name with spaces and parentheses', () => {
    expect(parseStat(`42 (a) b (c) S ${fields}`)).toEqual({ ownTicks: 33, childTicks: 77 })
  })
})

it('schedstat begins with nanoseconds on the CPU', () => {
  expect(parseSchedstat('123456789 1000 77\n')).toBe(123_456_789)
})

it.runIf(process.platform === 'linux')('books CPU time and memory on a process that is there', () => {
  const before = accountOf(process.pid)
  const started = process.cpuUsage()
  // By its own CPU time: on a busy machine a process may not be on the CPU at all for a while.
  while (process.cpuUsage(started).user < 30_000);
  const after = accountOf(process.pid)
  expect(after.cpuNanos - before.cpuNanos).toBeGreaterThan(10_000_000)
  expect(after.residentMiB).toBeGreaterThan(10)
})

it.runIf(process.platform === 'linux')('books what a process has started on it too', async () => {
  const script = `"$0" -e "console.log('started'); setInterval(() => {}, 1000)"; true`
  const shell = spawn('sh', ['-c', script, process.execPath], { detached: true })
  await once(shell.stdout, 'data')
  const { residentMiB } = accountOf(shell.pid ?? 0)
  process.kill(-(shell.pid ?? 0))
  expect(residentMiB).toBeGreaterThan(20) // Node's; a shell has two.
})
