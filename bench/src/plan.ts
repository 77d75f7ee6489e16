/** How often and how long the lines of a table are loaded. */
export type RoundsPlan = {
  readonly rounds: number
  /** Whole ones: wrk knows no others. */
  readonly roundSeconds: number
  /** Before every round: each begins with a new process. */
  readonly warmUpSeconds: number
}

/** For lines that take turns in one process. */
export type Alternation = { readonly turns: number; readonly warmUpSeconds: number }

/** How much of everything: --quick ends after three minutes, a full run within an hour. */
export type Plan = RoundsPlan & {
  readonly quick: boolean
  readonly refusals: RoundsPlan
  /** For sections that no target speaks of. */
  readonly brief: RoundsPlan
  readonly alternation: Alternation
  readonly latencyRounds: number
  readonly latencySeconds: number
  readonly starts: number
  /** Tokens for a section in which each request comes with one that was never seen. */
  readonly newTokens: number
  /** Cached to know what one takes. */
  readonly memoryTokens: number
  readonly soakMinutes: number
  readonly soakWarmUpMinutes: number
}

export const quickPlan: Plan = {
  quick: true,
  rounds: 3,
  roundSeconds: 2,
  warmUpSeconds: 8,
  refusals: { rounds: 2, roundSeconds: 2, warmUpSeconds: 8 },
  brief: { rounds: 2, roundSeconds: 2, warmUpSeconds: 8 },
  alternation: { turns: 4, warmUpSeconds: 8 },
  latencyRounds: 2,
  latencySeconds: 2,
  starts: 3,
  newTokens: 12_000,
  memoryTokens: 5000,
  soakMinutes: 0.5,
  soakWarmUpMinutes: 0.2,
}

export const fullPlan: Plan = {
  quick: false,
  rounds: 5,
  roundSeconds: 3,
  warmUpSeconds: 8,
  refusals: { rounds: 5, roundSeconds: 3, warmUpSeconds: 8 },
  brief: { rounds: 3, roundSeconds: 2, warmUpSeconds: 8 },
  alternation: { turns: 21, warmUpSeconds: 8 },
  latencyRounds: 5,
  latencySeconds: 3,
  starts: 11,
  newTokens: 12_000,
  memoryTokens: 20_000,
  soakMinutes: 10,
  soakWarmUpMinutes: 2,
}
