import { LRUCache } from 'lru-cache'
import type { Counter } from '../log/counter.ts'
import type { Verified } from './verification.ts'

/** Verified tokens, least recently used ones dropped, shared by all verifiers and kept across reloads. */
export type TokenCache = {
  readonly size: number
  /** `policy` is a digest of all that the verification depended on. Undefined when absent or expired. */
  get(policy: string, tokenText: string, nowMs: number): Verified | undefined
  set(policy: string, tokenText: string, entry: Verified, keyThumbprint: string): void
  /** Forgets the tokens that this key verified, because it left its issuer's set. */
  removeKey(keyThumbprint: string): void
}

export type TokenCacheOptions = {
  readonly maxEntries: number
  readonly meters?: TokenCacheMeters
}

/** `evictions`: tokens that were forgotten to make room. */
export type TokenCacheMeters = {
  readonly hits: Counter
  readonly misses: Counter
  readonly evictions: Counter
}

type Entry = { readonly policy: string; readonly verified: Verified; readonly keyThumbprint: string }

export function createTokenCache({ maxEntries, meters }: TokenCacheOptions): TokenCache {
  // One token under several policies (two resources in one `aud`) is rare: a short list beats a longer key.
  const cache = new LRUCache<string, readonly Entry[]>({
    max: Math.max(1, maxEntries),
    dispose: (_entries, _tokenText, reason) => {
      if (reason === 'evict') meters?.evictions.add(1)
    },
  })

  function find(policy: string, tokenText: string, nowMs: number): Verified | undefined {
    const entries = cache.get(tokenText)
    if (entries === undefined) return undefined
    for (const entry of entries) {
      if (entry.policy === policy) {
        if (nowMs < entry.verified.token.expiresAtMs) return entry.verified
        cache.delete(tokenText)
        return undefined
      }
    }
    return undefined
  }

  return {
    get size() {
      return cache.size
    },
    get(policy, tokenText, nowMs) {
      const found = find(policy, tokenText, nowMs)
      if (found === undefined) meters?.misses.add(1)
      else meters?.hits.add(1)
      return found
    },
    set(policy, tokenText, verified, keyThumbprint) {
      const others = (cache.get(tokenText) ?? []).filter((entry) => entry.policy !== policy)
      cache.set(ownText(tokenText), [...others, { policy, verified, keyThumbprint }])
    },
    removeKey(keyThumbprint) {
      for (const [tokenText, entries] of cache.entries()) {
        if (entries.some((entry) => entry.keyThumbprint === keyThumbprint)) cache.delete(tokenText)
      }
    },
  }
}

/** A slice of the header keeps the whole header alive; a copy of its bytes does not. */
function ownText(tokenText: string): string {
  return Buffer.from(tokenText, 'latin1').toString('latin1')
}
