import type { LoadResult } from './load/measured.ts'
import { type Load, runWrk } from './load/wrk.ts'
import { accountOf, isOnNode } from './machine/accounting.ts'
import { type Subject, using } from './machine/subject.ts'
import type { RoundsPlan } from './plan.ts'
import { messageOf, type Progress } from './progress.ts'
import type { Round, Run } from './results.ts'

/** A subject, and the lines of a table that it is loaded for. */
export type Contender = {
  start(): Promise<Subject>
  /** What it must be told before it is warmed up. */
  prepare?(subject: Subject): Promise<void>
  readonly lines: readonly Line[]
}

/** One line of a table. */
export type Line = {
  readonly id: string
  readonly name: string
  readonly does?: string
  readonly against?: string
  readonly load: LineLoad
  /** What it is warmed up with, where that is something else. */
  readonly warmUp?: LineLoad
  /** What loads it instead of wrk. */
  readonly drive?: (port: number, seconds: number) => Promise<LoadResult>
}

export type LineLoad = Omit<Load, 'port' | 'seconds' | 'connections' | 'expect'> &
  Partial<Pick<Load, 'connections' | 'expect'>>

const usualConnections = 64

/** A line and what came of it so far. */
type Entry = { readonly line: Line; readonly rounds: Round[]; problem?: string }

/**
 * In turn, the order turned round each time, and each alone: a contender is started for its round, warmed up,
 * loaded without a pause and ended. V8 takes a process that waits eight seconds for its turn to be idle,
 * collects three times and drops compiled code: the gateway's next second then costs twice as much (121 µs a
 * request for 55), while a small forwarder has less to lose. A line that fails is named and left out.
 */
export async function runRounds(
  contenders: readonly Contender[],
  plan: RoundsPlan,
  { folder, progress, title }: { folder: string; progress: Progress; title: string },
): Promise<Run[]> {
  const turns = contenders.map(({ lines, ...contender }) => ({
    contender,
    entries: lines.map((line): Entry => ({ line, rounds: [] })),
  }))
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const { contender, entries } of round % 2 === 0 ? turns : turns.toReversed()) {
      const open = entries.filter(({ problem }) => problem === undefined)
      if (open.length === 0) continue
      progress.step(`${title}, round ${round + 1} of ${plan.rounds}: ${open[0]?.line.name}`)
      await attempt(open, () =>
        using(contender.start(), async (subject) => {
          await contender.prepare?.(subject)
          await takeTurn(subject, open, plan, folder)
        }),
      )
    }
  }
  return turns.flatMap(({ entries }) => entries.map(runOf))
}

async function takeTurn(
  subject: Subject,
  entries: readonly Entry[],
  { warmUpSeconds, roundSeconds }: RoundsPlan,
  folder: string,
): Promise<void> {
  const stretches = isOnNode(subject.pid) ? warmUpStretches(warmUpSeconds, entries.length) : [1]
  for (const seconds of stretches) {
    for (const entry of entries) {
      const { line } = entry
      await attempt([entry], () =>
        load(subject, { ...line, load: line.warmUp ?? line.load }, seconds, folder),
      )
    }
  }
  for (const entry of entries) {
    await attempt([entry], async () =>
      entry.rounds.push(await measure(subject, entry.line, roundSeconds, folder)),
    )
  }
}

/** A line that has failed is not tried again. */
async function attempt(entries: readonly Entry[], run: () => Promise<unknown>): Promise<void> {
  if (entries.some(({ problem }) => problem !== undefined)) return
  try {
    await run()
  } catch (error) {
    for (const entry of entries) entry.problem = messageOf(error)
  }
}

function runOf({ line: { id, name, does, against }, rounds, problem }: Entry): Run {
  return {
    ...{ id, name, rounds },
    ...(does === undefined ? {} : { does }),
    ...(against === undefined ? {} : { against }),
    ...(problem === undefined ? {} : { problem }),
  }
}

/**
 * Seconds of each stretch that a line is warmed up for. Each begins with new connections and ends with
 * closing them, because V8 has to see that too. After one long stretch, the end of its connections made V8
 * drop a dozen compiled functions and compile 80 in the next two seconds, in which a request took 60 to 68 µs
 * for 55.
 */
export function warmUpStretches(seconds: number, lines: number): number[] {
  const count = Math.min(4, Math.max(2, Math.ceil(seconds / lines)))
  return Array.from({ length: count }, () => Math.max(1, Math.round(seconds / lines / count)))
}

/** One line alone, warmed up by whoever calls. */
export async function measure(subject: Subject, line: Line, seconds: number, folder: string): Promise<Round> {
  const before = accountOf(subject.pid)
  const result = await load(subject, line, seconds, folder)
  const after = accountOf(subject.pid)
  const cpuNanos = after.cpuNanos - before.cpuNanos
  return {
    requestsPerSecond: result.requests / result.seconds,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    cpuMicros: cpuNanos / 1000 / result.requests,
    busy: cpuNanos / 1e9 / result.seconds,
    residentMiB: after.residentMiB,
  }
}

function load(subject: Subject, { load, drive }: Line, seconds: number, folder: string): Promise<LoadResult> {
  const { port } = subject
  if (drive !== undefined) return drive(port, seconds)
  return runWrk({ connections: usualConnections, expect: 'success', ...load, port, seconds }, folder)
}

/** For sections that load a subject in their own way: gives the requests a second of the last stretch. */
export async function warmUp(
  subject: Subject,
  load: LineLoad,
  seconds: number,
  folder: string,
): Promise<number> {
  let requestsPerSecond = 0
  for (const stretch of warmUpStretches(seconds, 1)) {
    const line = { id: 'warm-up', name: 'warm-up', load }
    requestsPerSecond = (await measure(subject, line, stretch, folder)).requestsPerSecond
  }
  return requestsPerSecond
}
