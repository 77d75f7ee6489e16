import type { Bench } from '../environment.ts'
import { messageOf } from '../progress.ts'
import type { Figure, SectionResult, Table } from '../results.ts'
import type { Section } from './section.ts'

/** A section that fails says why, and keeps what it has. */
export async function runSection({ id, title, run }: Section, bench: Bench): Promise<SectionResult> {
  const tables: Table[] = []
  const figures: Figure[] = []
  const problems: string[] = []
  const measuredAt = new Date().toISOString()
  try {
    await run(bench, {
      table: (table) => void tables.push(table),
      figure(figure) {
        if (Number.isFinite(figure.value)) figures.push(figure)
        else problems.push(`${figure.name}: there is no figure`)
      },
      problem: (text) => void problems.push(text),
    })
  } catch (error) {
    problems.push(messageOf(error))
    bench.progress.step(`${title} failed: ${messageOf(error)}`)
  }
  return { id, title, measuredAt, tables, figures, problems }
}
