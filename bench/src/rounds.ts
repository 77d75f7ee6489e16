import { type Load, type LoadResult, runWrk } from './load/wrk.ts'
import { accountOf, isOnNode } from './machine/accounting.ts'
import type { Progress } from './progress.ts'
import type { Round, Run } from './results.ts'
import type { Subject } from './subject.ts'

/** One line of a table: a subject and what is sent to it. */
export type Contender = {
  readonly id: string
  readonly name: string
  readonly does?: string
  readonly against?: string
  readonly subject: Subject
  readonly load: Omit<Load, 'port' | 'seconds' | 'connections' | 'expect'> &
    Partial<Pick<Load, 'connections' | 'expect'>>
  /** Other tokens for each round, where none may come twice; a round that needs more of them has no figure. */
  readonly nextTokens?: () => Promise<TokensFile>
  /** What loads it instead of wrk. */
  readonly drive?: (port: number, seconds: number) => Promise<LoadResult>
  /** Fewer seconds than usual where the same process was warmed up for another line; 0 where tokens must be new to it. */
  readonly warmUpSeconds?: number
}

export type TokensFile = { readonly file: string; readonly count: number }

export type RoundsPlan = {
  readonly rounds: number
  readonly roundSeconds: number
  readonly warmUpSeconds: number
}

const usualConnections = 64

/** All are up all the time and loaded in turn, the order turned round each time. One that fails is named and left out. */
export async function runRounds(
  contenders: readonly Contender[],
  plan: RoundsPlan,
  { folder, progress, title }: { folder: string; progress: Progress; title: string },
): Promise<Run[]> {
  const rounds = new Map(contenders.map(({ id }) => [id, [] as Round[]]))
  const problems = new Map<string, string>()
  const attempt = async (contender: Contender, text: string, run: () => Promise<unknown>) => {
    if (problems.has(contender.id)) return
    progress.step(`${title}, ${text}: ${contender.name}`)
    try {
      await run()
    } catch (error) {
      problems.set(contender.id, messageOf(error))
      progress.step(`${contender.name} failed: ${messageOf(error)}`)
    }
  }
  for (const contender of contenders) {
    const seconds = contender.warmUpSeconds ?? plan.warmUpSeconds
    if (seconds > 0) await attempt(contender, 'warming up', () => warmUp(contender, seconds, folder))
  }
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const text = `round ${round + 1} of ${plan.rounds}`
      await attempt(contender, text, async () =>
        rounds.get(contender.id)?.push(await runRound(contender, plan.roundSeconds, folder)),
      )
    }
  }
  return contenders.map(({ id, name, does, against }) => {
    const problem = problems.get(id)
    return {
      id,
      name,
      ...(does === undefined ? {} : { does }),
      ...(against === undefined ? {} : { against }),
      rounds: rounds.get(id) ?? [],
      ...(problem === undefined ? {} : { problem }),
    }
  })
}

/** V8 takes three to five seconds to compile all; what was compiled before needs one, to open its connections. */
async function warmUp(contender: Contender, seconds: number, folder: string): Promise<void> {
  const isNode = contender.subject.pids().some((pid) => isOnNode(pid))
  await runRound(contender, isNode ? seconds : 1, folder)
}

export async function runRound(contender: Contender, seconds: number, folder: string): Promise<Round> {
  const { subject } = contender
  const pids = subject.pids()
  const before = accountOf(pids)
  const result = await load(contender, seconds, folder)
  const after = accountOf(pids)
  const rate = {
    requestsPerSecond: result.requests / result.seconds,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
  }
  if (pids.length === 0) return rate
  const cpuNanos = after.cpuNanos - before.cpuNanos
  const cpuMicros = cpuNanos / 1000 / result.requests
  return { ...rate, cpuMicros, busy: cpuNanos / 1e9 / result.seconds, residentMiB: after.residentMiB }
}

async function load(contender: Contender, seconds: number, folder: string): Promise<LoadResult> {
  const { subject, nextTokens, drive } = contender
  if (drive !== undefined) return drive(subject.port, seconds)
  const whole = {
    connections: usualConnections,
    expect: 'success' as const,
    ...contender.load,
    port: subject.port,
    seconds,
  }
  if (nextTokens === undefined) return runWrk(whole, folder)
  const { file, count } = await nextTokens()
  const result = await runWrk({ ...whole, tokensFile: file }, folder)
  if (result.requests + whole.connections > count)
    throw new Error(`${count} new tokens were not enough for ${seconds} s`)
  return result
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
