import { type Bench, bearer, gatewayOf, startUpstream } from '../environment.ts'
import { runWrk } from '../load/wrk.ts'
import { ownCpuNanos } from '../machine/accounting.ts'
import { using } from '../machine/subject.ts'
import { type Contender, runRounds, warmUp } from '../rounds.ts'
import { usualPath } from '../workload/gateway-config.ts'
import type { Collect, Section } from './section.ts'

const bothCores = '0,1'

/**
 * One process and two, on both cores. Load and upstream are on the same two, so requests per second are of
 * all of them together: what tells is the CPU time of a request.
 */
export const workers: Section = {
  id: 'workers',
  title: 'Workers on two cores, which load and upstream share with them',
  quick: false,
  run: (bench, collect) =>
    using(startUpstream(bothCores), async (upstream) => {
      const shared = { ...bench, upstream }
      const contenders = [await contender(shared, 1), await contender(shared, 2)]
      const runs = await runRounds(contenders, bench.plan.brief, { ...bench, title: 'workers' })
      collect.table({ id: 'workers', title: workers.title, runs })
      await supervisor(shared, collect)
    }),
}

export const workersId = (count: number, perConnection: 'kept' | 'new') => `workers-${count}-${perConnection}`

const start = (bench: Bench, count: number) => gatewayOf(bench, 'ES384', { workers: count, cores: bothCores })

async function contender(bench: Bench, count: number): Promise<Contender> {
  const name = count === 1 ? '1 worker' : `${count} workers and their supervisor`
  const headers = await bearer(bench, 'ES384')
  const load = { paths: [usualPath], cores: bothCores }
  return {
    start: () => start(bench, count),
    lines: [
      { id: workersId(count, 'kept'), name, load: { ...load, headers } },
      {
        id: workersId(count, 'new'),
        name: `${name}, each request on a new connection`,
        load: { ...load, headers: { ...headers, Connection: 'close' } },
      },
    ],
  }
}

/** Its own part of the work, which no worker can take from it. */
async function supervisor(bench: Bench, collect: Collect): Promise<void> {
  const { folder, progress, plan } = bench
  const headers = await bearer(bench, 'ES384')
  const load = { paths: [usualPath], cores: bothCores, connections: 64, expect: 'success' as const }
  progress.step('workers, the supervisor alone')
  await using(start(bench, 2), async (subject) => {
    const measure = async (more: Readonly<Record<string, string>>) => {
      const known = { ...load, headers: { ...headers, ...more } }
      await warmUp(subject, known, plan.brief.warmUpSeconds, folder)
      const before = ownCpuNanos(subject.pid)
      const seconds = 2 * plan.brief.roundSeconds
      const { requests } = await runWrk({ ...known, port: subject.port, seconds }, folder)
      return (ownCpuNanos(subject.pid) - before) / 1000 / requests
    }
    collect.figure({
      id: 'supervisor-connection',
      name: 'CPU time of the supervisor for a connection that it hands to a worker',
      value: await measure({ Connection: 'close' }),
      unit: 'µs',
    })
    collect.figure({
      id: 'supervisor-request',
      name: 'and for a request on a connection that was kept, its log line',
      value: await measure({}),
      unit: 'µs',
    })
  })
}
