import type { Bench } from '../bench.ts'
import type { Figure, SectionResult, Table } from '../results.ts'
import { messageOf } from '../rounds.ts'
import type { Subject } from '../subject.ts'
import type { Section } from './section.ts'

/** One after the other. A section that fails says why, and the next begins. `keep` is told what there is so far. */
export async function runSections(
  sections: readonly Section[],
  bench: Bench,
  keep: (results: readonly SectionResult[]) => Promise<void>,
): Promise<void> {
  const results: SectionResult[] = []
  for (const [index, section] of sections.entries()) {
    const left = sections.slice(index).reduce((total, { seconds }) => total + seconds(bench.plan), 0)
    bench.progress.plan(left)
    results.push(await runSection(section, bench))
    await keep(results)
  }
}

/** What listens at this moment, to be ended with the benchmark. */
export const listening = new Set<Subject>()

async function runSection(section: Section, bench: Bench): Promise<SectionResult> {
  const tables: Table[] = []
  const figures: Figure[] = []
  const problems: string[] = []
  const measuredAt = new Date().toISOString()
  try {
    await section.run(bench, {
      keep: (subject) => {
        listening.add(subject)
        return subject
      },
      table: (table) => void tables.push(table),
      figure(figure) {
        if (Number.isFinite(figure.value)) figures.push(figure)
        else problems.push(`${figure.name}: there is no figure`)
      },
      problem: (text) => void problems.push(text),
    })
  } catch (error) {
    problems.push(messageOf(error))
    bench.progress.step(`${section.title} failed: ${messageOf(error)}`)
  } finally {
    await stopAll()
  }
  return { id: section.id, title: section.title, measuredAt, tables, figures, problems }
}

export async function stopAll(): Promise<void> {
  await Promise.allSettled([...listening].map((subject) => subject.stop()))
  listening.clear()
}
