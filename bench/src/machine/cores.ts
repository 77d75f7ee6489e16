import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpus, release, totalmem } from 'node:os'
import type { Machine } from '../results.ts'

/** What is measured has one core for itself; load, upstream and the benchmark share another. */
export const measuredCore = '0'
export const otherCore = '1'

/** Throws, with what to do, where the benchmark cannot run. */
export function requireMachine(): void {
  if (process.platform !== 'linux') throw new Error('the benchmark reads /proc: run it on Linux')
  if (cpus().length < 2)
    throw new Error('two cores are needed, one to measure and one for the load: run it on a larger machine')
  for (const [tool, debianPackage] of tools) {
    try {
      execFileSync('which', [tool], { stdio: 'ignore' })
    } catch {
      throw new Error(`${tool} is missing: install it, on Debian with apt-get install ${debianPackage}`)
    }
  }
}

const tools = [
  ['taskset', 'util-linux'],
  ['chrt', 'util-linux'],
] as const

/** This process and what it starts from now on. */
export function keepToOtherCore(): void {
  execFileSync('taskset', ['-cp', otherCore, String(process.pid)], { stdio: 'ignore' })
}

export function spawnOn(cores: string, command: readonly string[], options: SpawnOptions): ChildProcess {
  return spawn('taskset', ['-c', cores, ...command], options)
}

export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill()
  const force = setTimeout(() => child.kill('SIGKILL'), 5000)
  await gone
  clearTimeout(force)
}

export function describeMachine(): Machine {
  const [first] = cpus()
  return {
    cpu: first?.model.trim() ?? 'unknown CPU',
    cores: cpus().length,
    kernel: release(),
    node: process.versions.node,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  }
}
