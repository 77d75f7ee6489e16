import type { Algorithm } from './peers/peer.ts'
import type { RoundsPlan } from './rounds.ts'

/** How much of everything: --quick must end within three minutes, a full run within forty. */
export type Plan = RoundsPlan & {
  readonly quick: boolean
  /** Signed before the start. */
  readonly tokens: Readonly<Record<Algorithm, number>>
  /** Cached in the scenarios of many tokens. */
  readonly cachedTokens: number
  /** Cached to know what one takes. */
  readonly memoryTokens: number
  readonly requestsForMemory: number
  readonly starts: number
  readonly decisions: number
  /** Of a comparison of latencies. */
  readonly latencyRounds: number
  readonly latencySeconds: number
  readonly streams: number
  /** For sections of many contenders that no target speaks of. */
  readonly brief: RoundsPlan
  readonly soakMinutes: number
  readonly soakWarmUpMinutes: number
}

export const quickPlan: Plan = {
  quick: true,
  rounds: 3,
  roundSeconds: 1,
  warmUpSeconds: 3,
  tokens: { ES384: 9000, ES256: 20_000, RS256: 1 },
  cachedTokens: 20_000,
  memoryTokens: 5000,
  requestsForMemory: 40_000,
  starts: 3,
  decisions: 300_000,
  latencyRounds: 2,
  latencySeconds: 1.5,
  streams: 1000,
  brief: { rounds: 2, roundSeconds: 1, warmUpSeconds: 2 },
  soakMinutes: 0.5,
  soakWarmUpMinutes: 0.2,
}

export const fullPlan: Plan = {
  quick: false,
  rounds: 7,
  roundSeconds: 2,
  warmUpSeconds: 5,
  tokens: { ES384: 60_000, ES256: 20_000, RS256: 1 },
  cachedTokens: 20_000,
  memoryTokens: 20_000,
  requestsForMemory: 1_000_000,
  starts: 11,
  decisions: 2_000_000,
  latencyRounds: 7,
  latencySeconds: 3,
  streams: 1000,
  brief: { rounds: 5, roundSeconds: 1, warmUpSeconds: 5 },
  soakMinutes: 10,
  soakWarmUpMinutes: 2,
}
