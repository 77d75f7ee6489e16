import { closeSync, openSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { measuredCore, spawnOn } from '../machine/cores.ts'
import type { Place, Started } from './peer.ts'

/**
 * A program on the measured core; its output goes to `output.log` in the folder of the place. Resolves when the port
 * accepts connections. Throws with the end of its output when it ends before, or has not got so far in 20 s.
 */
export async function startPinned(
  place: Place,
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Started> {
  const logFile = join(place.folder, 'output.log')
  const log = openSync(logFile, 'a')
  const child = spawnOn(measuredCore, [file, ...args], {
    cwd: place.folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  child.on('error', () => {}) // Without taskset there is no pid, and the wait below ends.
  const main = child.pid ?? 0
  const pids = () => family(main)
  const started: Started = { pids, stop: () => stopAll(pids()) }
  const deadline = performance.now() + 20_000
  while (!(await accepts(place.port))) {
    if (pids().length > 0 && performance.now() < deadline) continue
    await started.stop()
    throw new Error(`${file} does not listen: ${readFileSync(logFile, 'utf8').slice(-600)}`)
  }
  return started
}

/** A process and what it has started, alive: proc(5), `children`. */
function family(pid: number): number[] {
  if (!isAlive(pid)) return []
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)
  return [pid, ...children.flatMap(family)]
}

/** Alive, and not waiting for its parent to take note of its end. */
function isAlive(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`)
  const state = stat.charAt(stat.lastIndexOf(')') + 2)
  return pid > 0 && state !== '' && state !== 'Z' && state !== 'X'
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return '' // It ended meanwhile.
  }
}

/** The first is asked to end, and takes the others with it. After three seconds nobody is asked any more. */
async function stopAll(pids: readonly number[]): Promise<void> {
  signal(pids[0], 'SIGTERM')
  const deadline = performance.now() + 3000
  while (pids.some(isAlive)) {
    if (performance.now() > deadline) for (const pid of pids) signal(pid, 'SIGKILL')
    await wait(5)
  }
}

function signal(pid: number | undefined, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(pid, name)
  } catch {
    // It has ended by itself.
  }
}

/** A refused connection is tried again after a moment. */
async function accepts(port: number): Promise<boolean> {
  const accepted = await new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy() && resolve(true))
  })
  if (!accepted) await wait(5)
  return accepted
}
