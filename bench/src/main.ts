import { parseArgs } from 'node:util'
import { type Environment, openEnvironment } from './environment.ts'
import { describeMachine, requireMachine } from './machine/cores.ts'
import { findProgram, installPackage } from './peers/install.ts'
import { fullPlan, type Plan, quickPlan } from './plan.ts'
import { createProgress, type Progress } from './progress.ts'
import { readStored, storeSection } from './report/store.ts'
import { formatResults } from './report/text.ts'
import { writeReport } from './report/write-report.ts'
import type { Results } from './results.ts'
import { messageOf } from './rounds.ts'
import { allSections, chooseSections, wantsPeers } from './sections/all.ts'
import { runSections, stopAll } from './sections/run.ts'

/**
 * `npm run bench`: the gateway and its peers in one run, and how cost grows. `-- --quick` prints every target within three
 * minutes and writes nothing; `-- --only throughput,growth` takes some sections. Without --quick each section goes to
 * bench/results as soon as it is done, and all that is there into docs/performance.md.
 */
async function bench(): Promise<void> {
  const { values: flags } = parseArgs({ options: { quick: { type: 'boolean' }, only: { type: 'string' } } })
  const plan = flags.quick === true ? quickPlan : fullPlan
  const sections = chooseSections(flags.only, plan.quick)
  requireMachine()
  const [startedAt, startedMs] = [new Date().toISOString(), performance.now()]
  const progress = createProgress()
  await requireWrk(progress)
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
      if (!plan.quick) await keepLast(results, plan)
    })
    if (!plan.quick) await writeReport()
  } finally {
    progress.end()
    await environment.close()
  }
  if (results !== undefined) process.stdout.write(`${formatResults(await withSoak(results))}\n`)
}

/** The load. Throws with what to do where it cannot be had. */
async function requireWrk({ step }: Progress): Promise<void> {
  const problem =
    findProgram('wrk') === undefined ? await installPackage('wrk', '/usr/bin/wrk', step) : undefined
  if (problem !== undefined) throw new Error(`${problem}; the benchmark cannot run without wrk`)
}

async function keepLast({ sections, machine, absent }: Results, plan: Plan): Promise<void> {
  const section = sections.at(-1)
  if (section === undefined) return
  const holdsPeers = wantsPeers(allSections.filter(({ id }) => id === section.id))
  await storeSection({ machine, plan, absent: holdsPeers ? absent : [], section })
}

/** Ten minutes are too long for most runs: what the last soak found stands until the next. */
async function withSoak(results: Results): Promise<Results> {
  if (results.sections.some(({ id }) => id === 'soak')) return results
  const soak = (await readStored()).find(({ section }) => section.id === 'soak')?.section
  if (soak === undefined) return results
  const title = `${soak.title} of ${soak.measuredAt.slice(0, 10)}`
  return { ...results, sections: [...results.sections, { ...soak, title }] }
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
