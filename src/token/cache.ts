import { LRUCache } from 'lru-cache'
import type { Counter } from '../log/counter.ts'
import type { AccessToken } from './access-token.ts'
import type { Verified } from './verification.ts'

/** Verified tokens, least recently used ones dropped, shared by all verifiers and kept across reloads. */
export type TokenCache = {
  readonly size: number
  /**
   * `policy` is a digest of all that the verification depended on; an opaque token has another one
   * (`orPolicy`). Undefined when absent, expired or stale.
   */
  get(policy: string, tokenText: string, nowMs: number, orPolicy?: string): Verified | undefined
  /** An entry that has not expired, though the issuer is to be asked about it again. */
  stale(policy: string, tokenText: string, nowMs: number): CachedToken | undefined
  /** `keyThumbprint`: of the key that verified it, or the empty text. */
  set(policy: string, tokenText: string, entry: Verified, keyThumbprint: string): void
  /** Forgets one token under each policy. */
  remove(tokenText: string): void
  /** Forgets the tokens that this key verified, because it left its issuer's set. */
  removeKey(keyThumbprint: string): void
}

/** A token, and the key that verified it (or the empty text). */
export type CachedToken = { readonly token: AccessToken; readonly keyThumbprint: string }

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

type Entry = {
  readonly policy: string
  readonly verified: Verified
  readonly keyThumbprint: string
  /** Never beyond the expiry of the token. */
  readonly freshUntilMs: number
}

export function createTokenCache({ maxEntries, meters }: TokenCacheOptions): TokenCache {
  // One token under several policies (two resources in one `aud`) is rare: a short list beats a longer key.
  const cache = new LRUCache<string, readonly Entry[]>({
    max: Math.max(1, maxEntries),
    dispose: (_entries, _tokenText, reason) => {
      if (reason === 'evict') meters?.evictions.add(1)
    },
  })

  function find(policy: string, tokenText: string, nowMs: number, orPolicy: string): Verified | undefined {
    const entries = cache.get(tokenText)
    if (entries === undefined) return undefined
    for (const entry of entries) {
      if (entry.policy === policy || entry.policy === orPolicy) return fresh(entry, tokenText, nowMs)
    }
    return undefined
  }

  function fresh({ verified, freshUntilMs }: Entry, tokenText: string, nowMs: number): Verified | undefined {
    if (nowMs < freshUntilMs) return verified
    if (nowMs >= verified.token.expiresAtMs) cache.delete(tokenText)
    return undefined
  }

  return {
    get size() {
      return cache.size
    },
    get(policy, tokenText, nowMs, orPolicy = policy) {
      const found = find(policy, tokenText, nowMs, orPolicy)
      if (found === undefined) meters?.misses.add(1)
      else meters?.hits.add(1)
      return found
    },
    stale(policy, tokenText, nowMs) {
      const entry = cache.get(tokenText)?.find((known) => known.policy === policy)
      if (entry === undefined || nowMs >= entry.verified.token.expiresAtMs) return undefined
      return { token: entry.verified.token, keyThumbprint: entry.keyThumbprint }
    },
    set(policy, tokenText, verified, keyThumbprint) {
      const others = (cache.get(tokenText) ?? []).filter((entry) => entry.policy !== policy)
      const { expiresAtMs, believedUntilMs = expiresAtMs } = verified.token
      const freshUntilMs = Math.min(expiresAtMs, believedUntilMs)
      cache.set(ownText(tokenText), [...others, { policy, verified, keyThumbprint, freshUntilMs }])
    },
    remove: (tokenText) => void cache.delete(tokenText),
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
