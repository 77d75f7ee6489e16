import type { CreateProfiles, Profiles } from '../access/profiles.ts'
import type { FacadeParts } from '../endpoint/oauth-facade/facade-options.ts'
import type { KeySet } from '../issuer/key-set.ts'
import type { Logger } from '../log/logger.ts'
import { createLongAnswers, type LongAnswers } from '../log/long-answers.ts'
import { Meters } from '../log/meters.ts'
import { createRequestMeter, type RequestMeter } from '../log/request-meter.ts'
import { createOpenStreams, type OpenStreams } from '../proxy/open-streams.ts'
import { createTokenCache, type TokenCache, type TokenCacheMeters } from '../token/cache.ts'
import type { CutOffs } from '../token/cut-offs.ts'
import { createFairQueue, type FairQueue, type QueueMeters } from '../token/fair-queue.ts'
import type { IssuerLine } from '../token/opaque/issuer-line.ts'
import { createSeenSubjects, type SeenSubjects } from '../token/seen-subjects.ts'
import type { Withdrawal } from '../token/withdrawal.ts'
import type { Upstream } from '../upstream/upstream.ts'
import { createRegistry, type Registry } from './reload-registry.ts'

/** Everything that outlives a reload: verified tokens, keys, connections, open streams and counters. */
export type Runtime = {
  readonly log: Logger
  readonly cache: TokenCache
  readonly verifications: FairQueue
  readonly cutOffs: CutOffs
  readonly revoke: Revoke
  /** The users of whom Logto is asked now and then (`revocation.poll`). */
  readonly seen: SeenSubjects
  readonly keySets: Registry<KeySet>
  /** Where each issuer is asked about opaque tokens. */
  readonly issuerLines: Registry<IssuerLine>
  readonly upstreams: Registry<Upstream>
  readonly profiles: Registry<Profiles>
  readonly facades: Registry<FacadeParts>
  readonly createProfiles: CreateProfiles | undefined
  readonly streams: OpenStreams
  readonly meters: Meters
  readonly longAnswers: LongAnswers
  readonly countRequest: RequestMeter
}

/** Cuts tokens off, in every process. Resolves once that is kept, and rejects when it cannot be. */
export type Revoke = (withdrawals: readonly Withdrawal[]) => Promise<unknown>

/** As many are asked about in one round of `revocation.poll`. */
const mostSeen = 10_000

export type RuntimeOptions = {
  readonly log: Logger
  readonly cutOffs: CutOffs
  readonly revoke: Revoke
  readonly cacheMaxEntries: number
  /** `metrics.series`. */
  readonly series: number
  /** For `identity.profile`. Default: nobody is looked up, since nothing is forwarded */
  readonly createProfiles?: CreateProfiles
}

export function createRuntime(options: RuntimeOptions): Runtime {
  const { log, cutOffs, revoke, cacheMaxEntries, series, createProfiles } = options
  const meters = new Meters(series)
  return {
    log,
    cache: createTokenCache({ maxEntries: cacheMaxEntries, meters: tokenCacheMeters(meters) }),
    verifications: createFairQueue({ meters: verificationMeters(meters) }),
    cutOffs,
    revoke,
    seen: createSeenSubjects(mostSeen),
    keySets: createRegistry((keySet) => keySet.close()),
    issuerLines: createRegistry(() => {}),
    upstreams: createRegistry((upstream) => void upstream.close()),
    profiles: createRegistry((profiles) => profiles.close()),
    facades: createRegistry(({ targets }) => targets.close()),
    createProfiles,
    streams: createOpenStreams(),
    meters,
    longAnswers: createLongAnswers(log),
    countRequest: createRequestMeter(meters),
  }
}

function tokenCacheMeters(meters: Meters): TokenCacheMeters {
  return {
    hits: meters.counter('scopegate_token_cache_hits_total'),
    misses: meters.counter('scopegate_token_cache_misses_total'),
    evictions: meters.counter('scopegate_token_cache_evictions_total'),
  }
}

function verificationMeters(meters: Meters): QueueMeters {
  return {
    refused: meters.counter('scopegate_verification_refused_total'),
    durations: meters.histogram('scopegate_verification_duration_seconds'),
  }
}
