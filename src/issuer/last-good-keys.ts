import { type CandidateKey, type FoundKeys, unknown } from './found-keys.ts'
import type { VerificationKey } from './json-web-key.ts'

/** The keys of the last fetch that brought some. */
export type LastGoodKeys = {
  /** The number of keys, also of those that are too old. */
  readonly size: number
  /** Counts the times that a key left. */
  readonly generation: number
  /**
   * Until when the keys serve, in milliseconds since the epoch: 24 hours after the fetch. Undefined when they
   * do not.
   */
  usableUntilMs(): number | undefined
  replace(fetched: readonly VerificationKey[]): { readonly added: number; readonly removed: number }
  /** Undefined when no key has this `kid`. */
  find(kid: string | undefined, algorithm: string): FoundKeys | undefined
  /** Announces every key as one that left, because from now on nobody notices when one really does. */
  close(): void
}

export type LastGoodKeysOptions = {
  /** Hears the thumbprints of keys that left, before their successors are used. */
  readonly onKeysLeft: (thumbprints: readonly string[]) => void
  readonly now: () => number
}

/**
 * How long keys are used when no fetch succeeds any more, in milliseconds since the last one that did. A
 * longer time bridges longer outages of the issuer, but lets a key live on for as long when an attacker keeps
 * the gateway from hearing that it was withdrawn. Afterwards routes that need a token answer 503.
 */
const lastGoodMs = 24 * 3_600_000

/**
 * Keys of one `kid` that are tried for a token. Each costs a signature, so that an issuer which publishes
 * more could make one token as dear as many.
 */
const candidateLimit = 4

export function createLastGoodKeys({ onKeysLeft, now }: LastGoodKeysOptions): LastGoodKeys {
  let keys: readonly VerificationKey[] = []
  let fetchedAtMs = Number.NEGATIVE_INFINITY
  let generation = 0

  function announce(gone: readonly VerificationKey[]): void {
    if (gone.length === 0) return
    generation += 1
    onKeysLeft(gone.map(({ thumbprint }) => thumbprint))
  }

  return {
    get size() {
      return keys.length
    },
    get generation() {
      return generation
    },
    usableUntilMs: () =>
      keys.length > 0 && now() - fetchedAtMs < lastGoodMs ? fetchedAtMs + lastGoodMs : undefined,
    replace(fetched) {
      const published = new Set(fetched.map(({ thumbprint }) => thumbprint))
      const gone = keys.filter(({ thumbprint }) => !published.has(thumbprint))
      const added = fetched.length - (keys.length - gone.length)
      announce(gone)
      keys = fetched
      fetchedAtMs = now()
      return { added, removed: gone.length }
    },
    find(kid, algorithm) {
      const named = kid === undefined ? keys : keys.filter((key) => key.kid === kid)
      const candidates = named.flatMap((key) => candidateOf(key, algorithm))
      if (kid === undefined && candidates.length !== 1) return unknown('keyIdMissing')
      if (candidates.length > 0) return { kind: 'keys', candidates: candidates.slice(0, candidateLimit) }
      return named.length > 0 ? unknown('algorithmOfKey') : undefined
    },
    close: () => announce(keys),
  }
}

function candidateOf({ byAlgorithm, thumbprint }: VerificationKey, algorithm: string): CandidateKey[] {
  const key = byAlgorithm.get(algorithm)
  return key === undefined ? [] : [{ key, thumbprint }]
}
