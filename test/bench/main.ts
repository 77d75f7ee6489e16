import { parseArgs } from 'node:util'
import { type Environment, openEnvironment } from './environment.ts'
import { describeMachine, requireMachine } from './machine/cores.ts'
import { fullPlan, quickPlan } from './plan.ts'
import { createProgress } from './progress.ts'
import { formatResults } from './report/text.ts'
import type { Results } from './results.ts'
import { messageOf } from './rounds.ts'
import { chooseSections, wantsPeers } from './sections/all.ts'
import { runSections, stopAll } from './sections/run.ts'

/**
 * `npm run bench`: the gateway and its peers in one run, and how cost grows. `-- --quick` prints every target within three
 * minutes and writes nothing; `-- --only throughput,growth` takes some sections; otherwise bench/results and
 * docs/performance.md are written.
 */
async function bench(): Promise<void> {
  const { values: flags } = parseArgs({ options: { quick: { type: 'boolean' }, only: { type: 'string' } } })
  const plan = flags.quick === true ? quickPlan : fullPlan
  const sections = chooseSections(flags.only, plan.quick)
  requireMachine()
  const [startedAt, startedMs] = [new Date().toISOString(), performance.now()]
  const progress = createProgress()
  progress.step('signing access tokens')
  const environment = await openEnvironment(plan, progress, wantsPeers(sections))
  endWith(environment)
  let results: Results | undefined
  try {
    await runSections(sections, environment.bench, async (done) => {
      const seconds = Math.round((performance.now() - startedMs) / 1000)
      results = {
        startedAt,
        seconds,
        quick: plan.quick,
        machine: describeMachine(),
        sections: done,
        absent: environment.absent,
      }
    })
  } finally {
    progress.end()
    await environment.close()
  }
  if (results !== undefined) process.stdout.write(`${formatResults(results)}\n`)
}

/** What was started does not outlive the benchmark. */
function endWith(environment: Environment): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(
      signal,
      () =>
        void stopAll()
          .then(() => environment.close())
          .finally(() => process.exit(130)),
    )
  }
}

try {
  await bench()
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exit(1)
}
