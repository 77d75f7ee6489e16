import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { ApiConfig } from '../config.ts'
import type { Context } from './context.ts'

/**
 * How many processes serve. What the file allows in all (connections of clients and to an upstream) is divided among them, at
 * least one each: so there are no more workers than the smallest of these numbers.
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

/** What a container may use of its machine: quota and period in microseconds, or `max` for no bound. */
const quotaFile = '/sys/fs/cgroup/cpu.max'

/** Cores that this process may use. Node itself looks at the quota of a container only in its newest versions. */
function cores(): number {
  return Math.max(1, Math.min(availableParallelism(), coresOf(readQuota())))
}

/** The text of the file `cpu.max` (Linux, cgroup v2) → whole cores, rounded up; Infinity without a bound. */
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
