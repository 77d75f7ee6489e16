import type { Subject } from './machine/subject.ts'
import type { Alternation } from './plan.ts'
import type { Progress } from './progress.ts'
import type { Run } from './results.ts'
import { type Line, measure, warmUpStretches } from './rounds.ts'

/**
 * Lines that share one process, a second each in turn, the order turned round each time. For differences of a
 * few per cent: between two processes of the same program there is more than that.
 */
export async function alternate(
  subject: Subject,
  lines: readonly Line[],
  { turns, warmUpSeconds }: Alternation,
  { folder, progress, title }: { folder: string; progress: Progress; title: string },
): Promise<Run[]> {
  progress.step(`${title}, warming up`)
  for (const seconds of warmUpStretches(warmUpSeconds, lines.length))
    for (const line of lines) await measure(subject, line, seconds, folder)
  progress.step(`${title}, ${turns} turns`)
  const runs = lines.map((line) => ({ ...describe(line), rounds: [] as Run['rounds'][number][] }))
  for (let turn = 0; turn < turns; turn += 1) {
    const order = lines.map((line, i) => ({ line, run: runs[i] }))
    for (const { line, run } of turn % 2 === 0 ? order : order.toReversed())
      run?.rounds.push(await measure(subject, line, 1, folder))
  }
  return runs
}

function describe({ id, name, does }: Line): Omit<Run, 'rounds'> {
  return { id, name, ...(does === undefined ? {} : { does }) }
}
