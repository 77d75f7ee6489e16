import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { ApiConfig } from '../config.ts'
import type { Context } from './context.ts'

/**
 * The number of processes that serve. The connections that the file allows, of clients and to each upstream,
 * are divided among them, at least one each: there can be no more workers than the smallest of these numbers.
 */
export function composeWorkers({ input, issues }: Context, apis: readonly ApiConfig[]): number {
  const { key, most } = narrowest(input.limits.connections, apis)
  if (input.workers === 'auto') return Math.min(cores(), most)
  if (input.workers > most)
    issues.error(
      ['workers'],
      `${key} is ${most}, and each worker needs one of its own: raise it, or write at most ${most} here`,
    )
  return input.workers
}

function narrowest(clients: number, apis: readonly ApiConfig[]): { key: string; most: number } {
  let least = { key: 'limits.connections', most: clients }
  for (const api of apis) {
    for (const route of api.paths.flatMap(({ methods }) => [...methods.values()])) {
      const { connections } = route.upstream
      if (connections < least.most) least = { key: `upstream.connections of ${api.name}`, most: connections }
    }
  }
  return least
}

/** The share of its machine that a container may use: quota and period in microseconds, or `max`. */
const quotaFile = '/sys/fs/cgroup/cpu.max'

/** Cores that this process may use. Only the newest versions of Node look at the quota of a container. */
function cores(): number {
  return Math.max(1, Math.min(availableParallelism(), coresOf(readQuota())))
}

/** The text of `cpu.max` (Linux, cgroup v2) → whole cores, rounded up. Infinity: there is no bound. */
export function coresOf(quota: string): number {
  const [, micros, period] = /^(\d+) (\d+)\s*$/.exec(quota) ?? []
  return micros === undefined ? Number.POSITIVE_INFINITY : Math.ceil(Number(micros) / Number(period))
}

function readQuota(): string {
  try {
    return readFileSync(quotaFile, 'utf8')
  } catch {
    return 'max'
  }
}
