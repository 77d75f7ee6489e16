import { rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Bench, openBench } from './environment.ts'
import { describeMachine, requireMachine } from './machine/machine.ts'
import { endAll } from './machine/subject.ts'
import { findProgram, installPackage } from './peers/install.ts'
import { fullPlan, quickPlan } from './plan.ts'
import { createProgress, messageOf, type Progress } from './progress.ts'
import { asResults, formatSection, formatTargets } from './report/parts.ts'
import { readStored, type StoredSection, storeSection } from './report/store.ts'
import { writeReport } from './report/write-report.ts'
import { chooseSections } from './sections/all.ts'
import { runSection } from './sections/run.ts'

/**
 * `npm run bench`: the gateway and its peers in one run, and how cost grows. `-- --quick` takes three minutes
 * and writes nothing; `-- --only throughput,growth` takes some sections. Without --quick each section goes to
 * bench/results as soon as it is done, and all that is there into docs/performance.md.
 */
async function bench(): Promise<void> {
  const { values: flags } = parseArgs({ options: { quick: { type: 'boolean' }, only: { type: 'string' } } })
  const plan = flags.quick === true ? quickPlan : fullPlan
  const sections = chooseSections(flags.only, plan.quick)
  requireMachine()
  const progress = createProgress()
  await requireWrk(progress)
  const environment = await openBench(plan, progress, (peer) =>
    sections.some((section) => section.peers?.(peer, plan)),
  )
  endWith(environment)
  const measured: StoredSection[] = []
  try {
    for (const section of sections) {
      const absent = section.peers === undefined ? [] : environment.absent
      const result = await runSection(section, environment)
      measured.push({ machine: describeMachine(), absent, section: result })
      for (const stored of plan.quick ? [] : measured.slice(-1)) await storeSection(stored)
    }
  } finally {
    await environment.close()
  }
  if (!plan.quick) await writeReport()
  const shown = measured.map((stored) => `## ${stored.section.title}\n\n${formatSection(stored)}`)
  const judged = formatTargets(asResults(plan.quick ? measured : await readStored()))
  process.stdout.write(`${[...shown, '## Targets', judged].join('\n\n')}\n`)
}

/** What was started does not outlive the benchmark, nor what was written for it. */
function endWith({ folder }: Bench): void {
  const exit = () => {
    rmSync(folder, { recursive: true, force: true })
    process.exit(130)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void endAll().finally(exit))
}

/** The load. Throws with what to do where it cannot be had. */
async function requireWrk({ step }: Progress): Promise<void> {
  const problem =
    findProgram('wrk') === undefined ? await installPackage('wrk', '/usr/bin/wrk', step) : undefined
  if (problem !== undefined) throw new Error(`${problem}; the benchmark cannot run without wrk`)
}

try {
  await bench()
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exit(1)
}
