import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'

/** What the kernel has booked on a process and all that it has started, every thread of them. */
export type Account = { readonly cpuNanos: number; readonly residentMiB: number }

/** Processes that have ended count as far as their parents waited for them. */
export function accountOf(pid: number): Account {
  const pids = family(pid)
  const cpuNanos = pids.reduce((total, one) => total + ownCpuNanos(one), 0)
  const residentMiB = pids.reduce((total, one) => total + residentKiB(one), 0) / 1024
  return { cpuNanos, residentMiB }
}

const nanosPerTick = 10_000_000 // USER_HZ is 100 on every Linux.

/**
 * Of one process alone, without those that it has started. Ticks are a hundredth of a second: too coarse for
 * a short round, so threads are asked where the kernel counts finer.
 */
export function ownCpuNanos(pid: number): number {
  const { ownTicks, childTicks } = parseStat(read(`/proc/${pid}/stat`))
  const threads = list(`/proc/${pid}/task`).map((tid) => read(`/proc/${pid}/task/${tid}/schedstat`))
  const fine = threads.reduce((total, text) => total + parseSchedstat(text), 0)
  return (fine > 0 ? fine : ownTicks * nanosPerTick) + childTicks * nanosPerTick
}

/** /proc/PID/stat: fields 14 to 17, user and system time, own and of children waited for (proc(5)). */
export function parseStat(text: string): { readonly ownTicks: number; readonly childTicks: number } {
  // The name before it may hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const field = (number: number) => Number(fields[number - 3] ?? 0)
  return { ownTicks: field(14) + field(15), childTicks: field(16) + field(17) }
}

/** /proc/PID/task/TID/schedstat: nanoseconds on the CPU, nanoseconds waiting, time slices. */
export function parseSchedstat(text: string): number {
  return Number(text.split(' ')[0])
}

export function isOnNode(pid: number): boolean {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`)).startsWith('node')
  } catch {
    return false
  }
}

/** /proc/PID/task/TID/children: what a thread of the process has started. */
function family(pid: number): number[] {
  const children = list(`/proc/${pid}/task`)
    .flatMap((tid) => read(`/proc/${pid}/task/${tid}/children`).split(' '))
    .filter((child) => child !== '')
  return [pid, ...children.flatMap((child) => family(Number(child)))]
}

function residentKiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0)
}

/** Empty when it is gone meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
