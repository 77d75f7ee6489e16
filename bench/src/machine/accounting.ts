import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'

/** What the kernel has booked on a subject: every process of it, all threads. */
export type Account = { readonly cpuNanos: number; readonly residentMiB: number }

/** Adds up `roots` and all that descends from them. Processes that have ended count as far as their parents waited. */
export function accountOf(roots: readonly number[]): Account {
  const pids = withDescendants(roots, parents())
  const cpuNanos = pids.reduce((total, pid) => total + runNanos(pid), 0)
  const residentMiB = pids.reduce((total, pid) => total + residentKiB(pid), 0) / 1024
  return { cpuNanos, residentMiB }
}

/** Of one process alone, without those that it has started. */
export function ownCpuNanos(pid: number): number {
  return runNanos(pid)
}

/** /proc/PID/stat: fields 4 (parent), 14 to 17 (user and system time, own and of children waited for; proc(5)). */
export type Stat = { readonly parent: number; readonly ownTicks: number; readonly childTicks: number }

export function parseStat(text: string): Stat {
  // The name before it may hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const field = (number: number) => Number(fields[number - 3])
  return { parent: field(4), ownTicks: field(14) + field(15), childTicks: field(16) + field(17) }
}

/** /proc/PID/task/TID/schedstat: nanoseconds on the CPU, nanoseconds waiting, time slices. */
export function parseSchedstat(text: string): number {
  return Number(text.split(' ')[0])
}

export function withDescendants(roots: readonly number[], parentOf: ReadonlyMap<number, number>): number[] {
  const all = new Set(roots)
  for (let before = 0; before < all.size; ) {
    before = all.size
    for (const [pid, parent] of parentOf) if (all.has(parent)) all.add(pid)
  }
  return [...all]
}

const nanosPerTick = 10_000_000 // USER_HZ is 100 on every Linux.

/** Ticks are a hundredth of a second: too coarse for a short round, so threads are asked where the kernel counts finer. */
function runNanos(pid: number): number {
  const stat = read(`/proc/${pid}/stat`)
  if (stat === undefined) return 0
  const { ownTicks, childTicks } = parseStat(stat)
  const threads = list(`/proc/${pid}/task`).map((tid) => read(`/proc/${pid}/task/${tid}/schedstat`))
  const fine = threads.reduce((total, text) => total + (text === undefined ? 0 : parseSchedstat(text)), 0)
  return (fine > 0 ? fine : ownTicks * nanosPerTick) + childTicks * nanosPerTick
}

function residentKiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1] ?? 0)
}

function parents(): Map<number, number> {
  const pids = list('/proc').map(Number).filter(Number.isInteger)
  return new Map(
    pids.flatMap((pid) => {
      const stat = read(`/proc/${pid}/stat`)
      return stat === undefined ? [] : [[pid, parseStat(stat).parent] as const]
    }),
  )
}

export function isOnNode(pid: number): boolean {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`)).startsWith('node')
  } catch {
    return false
  }
}

/** Undefined when it is gone meanwhile. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return undefined
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
