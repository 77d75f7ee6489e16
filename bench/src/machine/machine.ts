import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'
import type { Machine } from '../results.ts'

/** Throws, with what to do, where the benchmark cannot run. */
export function requireMachine(): void {
  if (process.platform !== 'linux') throw new Error('the benchmark reads /proc: run it on Linux')
  if (cpus().length < 2)
    throw new Error('two cores are needed, one to measure and one for the load: run it on a larger machine')
  for (const tool of ['taskset', 'chrt']) {
    try {
      execFileSync('which', [tool], { stdio: 'ignore' })
    } catch {
      throw new Error(`${tool} is missing: install it, on Debian with apt-get install util-linux`)
    }
  }
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown CPU',
    cores: cpus().length,
    kernel: release(),
    node: process.versions.node,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  }
}
