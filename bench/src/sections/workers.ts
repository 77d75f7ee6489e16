import { type Bench, bearer, placeFor } from '../bench.ts'
import { runWrk } from '../load/wrk.ts'
import { ownCpuNanos } from '../machine/accounting.ts'
import { type Contender, runRounds } from '../rounds.ts'
import { type Subject, startGateway, startProgram } from '../subject.ts'
import { usualPath } from '../workload/gateway-config.ts'
import type { Collect, Section } from './section.ts'

const bothCores = '0,1'

/**
 * One process and two, on both cores. Load and upstream are on the same two, so requests per second are of all of them
 * together: what tells is the CPU time of a request.
 */
export const workers: Section = {
  id: 'workers',
  title: 'Workers',
  quick: false,
  seconds: ({ brief: { rounds, roundSeconds, warmUpSeconds } }) =>
    4 * rounds * (roundSeconds + 0.2) + 2 * warmUpSeconds + 2 * roundSeconds + 8,
  async run(bench, collect) {
    const { folder, progress, plan } = bench
    const upstream = collect.keep(await startProgram('upstream', [], { cores: bothCores }))
    const place = placeFor(bench, 'ES384', upstream.port)
    const start = async (count: number) =>
      collect.keep(await startGateway(folder, place, { workers: count, cores: bothCores }))
    const [one, two] = [await start(1), await start(2)]
    const contenders = [...scenarios(bench, one, 1), ...scenarios(bench, two, 2)]
    const runs = await runRounds(contenders, plan.brief, { folder, progress, title: 'workers' })
    const title = 'Workers on two cores, which load and upstream share with them'
    collect.table({ id: 'workers', title, runs })
    await supervisor(bench, collect, two)
  },
}

export const workersId = (count: number, perConnection: 'kept' | 'new') => `workers-${count}-${perConnection}`

function scenarios(bench: Bench, subject: Subject, count: number): Contender[] {
  const name = count === 1 ? '1 worker' : `${count} workers and their supervisor`
  const load = { paths: [usualPath], headers: bearer(bench, 'ES384'), cores: bothCores }
  return [
    { id: workersId(count, 'kept'), name, subject, load },
    {
      id: workersId(count, 'new'),
      name: `${name}, each request on a new connection`,
      subject,
      warmUpSeconds: 2,
      load: { ...load, headers: { ...load.headers, Connection: 'close' } },
    },
  ]
}

/** Its own part of the work, which no worker can take from it. */
async function supervisor(bench: Bench, collect: Collect, subject: Subject): Promise<void> {
  const { folder, progress, plan } = bench
  const pid = subject.pids()[0] ?? 0
  const authorized = bearer(bench, 'ES384')
  const measure = async (headers: Readonly<Record<string, string>>) => {
    const load = { port: subject.port, paths: [usualPath], headers, cores: bothCores, connections: 64 }
    const before = ownCpuNanos(pid)
    const seconds = 2 * plan.brief.roundSeconds
    const { requests } = await runWrk({ ...load, seconds, expect: 'success' }, folder)
    return (ownCpuNanos(pid) - before) / 1000 / requests
  }
  progress.step('workers, the supervisor alone')
  collect.figure({
    id: 'supervisor-connection',
    name: 'CPU time of the supervisor for a connection that it hands to a worker',
    value: await measure({ ...authorized, Connection: 'close' }),
    unit: 'µs',
  })
  collect.figure({
    id: 'supervisor-request',
    name: 'and for a request on a connection that was kept, its log line',
    value: await measure(authorized),
    unit: 'µs',
  })
}
