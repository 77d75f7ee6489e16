import type { KeySet } from '../issuer/key-set.ts'
import type { Logger } from '../log/logger.ts'
import { createOpenStreams, type OpenStreams } from '../proxy/open-streams.ts'
import { createTokenCache, type TokenCache } from '../token/cache.ts'
import { createFairQueue, type FairQueue } from '../token/fair-queue.ts'
import type { Upstream } from '../upstream/upstream.ts'
import { createRegistry, type Registry } from './reload-registry.ts'

/** What outlives a reload: verified tokens, keys, connections, open streams. */
export type Runtime = {
  readonly log: Logger
  readonly cache: TokenCache
  readonly verifications: FairQueue
  readonly keySets: Registry<KeySet>
  readonly upstreams: Registry<Upstream>
  readonly streams: OpenStreams
}

export function createRuntime(options: { readonly log: Logger; readonly cacheMaxEntries: number }): Runtime {
  return {
    log: options.log,
    cache: createTokenCache({ maxEntries: options.cacheMaxEntries }),
    verifications: createFairQueue(),
    keySets: createRegistry((keySet) => keySet.close()),
    upstreams: createRegistry((upstream) => void upstream.close()),
    streams: createOpenStreams(),
  }
}
