import { readFileSync } from 'node:fs'
import { LRUCache } from 'lru-cache'
import type { Logger } from '../log/logger.ts'
import type { TokenCache } from './cache.ts'
import { findJwksUri } from './discovery.ts'
import { fetchJson } from './fetch-json.ts'
import { readKeys, type VerificationKey } from './json-web-key.ts'

/** What an operator sees of one issuer's keys (`/readyz`). `problem` says what is missing and what to do. */
export type KeySetStatus = {
  readonly ready: boolean
  readonly keys: number
  readonly problem?: string
}

/**
 * Where one issuer's metadata and keys come from, and what its tokens look like.
 * Documented where it acts: discovery and fetching in `key-set.ts`, the rest in `jwt.ts`.
 */
export type IssuerOptions = {
  /** The exact `iss` of its tokens (for Logto: `<logto>/oidc`). */
  readonly issuer: string
  /** True when configured as `logto:`: then anything with a dot that is no JWT is malformed, never opaque. */
  readonly isLogto: boolean
  readonly jwksUri?: string
  /** Path of a local JWKS file instead of any fetch. */
  readonly jwksFile?: string
  readonly introspectionEndpoint?: string
  readonly userinfoEndpoint?: string
  readonly tokenEndpoint?: string
  /** Allow-list; undefined means every asymmetric algorithm that fits the published keys. */
  readonly algorithms?: readonly string[]
  /** Lower-cased, without `application/`; `none` stands for an absent `typ`. Default: ['at+jwt'] */
  readonly tokenTypes: readonly string[]
  readonly claims: { readonly scope: string; readonly clientId: string }
}

export type TokenOptions = {
  readonly clockToleranceMs: number
  readonly maxBytes: number
  readonly maxLifetimeMs: number
  readonly cacheMaxEntries: number
  readonly opaque: 'explain'
}

export type FoundKey =
  | {
      readonly kind: 'key'
      readonly key: VerificationKey['key']
      readonly algorithm: string
      readonly thumbprint: string
    }
  | { readonly kind: 'unknown'; readonly detail: string }
  | { readonly kind: 'unavailable'; readonly detail: string; readonly retryAfterSeconds: number }

/** One issuer's keys: fetched at start, refreshed in the background, rotated, last good set kept. Survives reloads. */
export type KeySet = {
  status(): KeySetStatus
  /** Counts the times that a key left the set. */
  generation(): number
  /** The key for a token's header; waits for at most one shared refetch when the `kid` is unknown. */
  find(kid: unknown, algorithm: string, nowMs: number): Promise<FoundKey>
  /** A signature failed under a known `kid`: looks for new keys in the background. */
  suspect(): void
  /** Stops refreshing. */
  close(): void
}

const refreshMs = 10 * 60_000
const lastGoodMs = 24 * 3_600_000
const cooldownMs = 2000
const firstRetryMs = 1000
const lastRetryMs = 30_000
const unknownKidMs = 30_000
const waitingLimit = 1000

export type KeySetOptions = {
  readonly issuer: IssuerOptions
  readonly cache: TokenCache
  readonly log: Logger
}

/**
 * `cache` loses a key's tokens when the key leaves the set. Starts fetching at once; never throws, never keeps the process alive.
 * `log` gets one line for each change an operator must know of (first keys, rotation, outage, recovery).
 */
export function createKeySet({ issuer, cache, log }: KeySetOptions): KeySet {
  let keys: readonly VerificationKey[] = []
  let fetchedAtMs = Number.NEGATIVE_INFINITY
  let problem: string | undefined = 'the keys of this issuer have not been fetched yet'
  let generation = 0
  let lastTryMs = Number.NEGATIVE_INFINITY
  let failures = 0
  let flight: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false
  let waiting = 0
  const unknownKids = new LRUCache<string, true>({ max: 10_000, ttl: unknownKidMs })

  async function load(): Promise<unknown> {
    if (issuer.jwksFile !== undefined) return JSON.parse(readFileSync(issuer.jwksFile, 'utf8'))
    return fetchJson(await findJwksUri(issuer))
  }

  async function refetch(): Promise<void> {
    lastTryMs = Date.now()
    try {
      const fetched = await readKeys(await load(), issuer.algorithms)
      if (fetched.length === 0) throw new Error('the key set holds no key that may verify access tokens')
      replace(fetched)
    } catch (error) {
      fail(error instanceof Error ? error.message : 'the fetch failed')
    }
    schedule()
  }

  function replace(fetched: readonly VerificationKey[]): void {
    const present = new Set(fetched.map((key) => key.thumbprint))
    const gone = keys.filter((key) => !present.has(key.thumbprint))
    if (gone.length > 0) generation += 1
    for (const key of gone) cache.removeKey(key.thumbprint)
    const changed = gone.length > 0 || fetched.length !== keys.length
    if (changed || problem !== undefined) {
      log.info(
        { issuer: issuer.issuer, keys: fetched.length, removed: gone.length },
        'issuer keys are up to date',
      )
    }
    keys = fetched
    fetchedAtMs = Date.now()
    problem = undefined
    failures = 0
  }

  function fail(message: string): void {
    failures += 1
    if (failures === 1) {
      const meanwhile = hasKeys(Date.now())
        ? 'the last keys stay in use'
        : 'routes that need a token answer 503'
      log.warn(
        { issuer: issuer.issuer, problem: message },
        `issuer keys cannot be fetched; ${meanwhile}; check that the issuer runs and can be reached from here`,
      )
    }
    problem = message
  }

  function schedule(): void {
    if (closed) return
    clearTimeout(timer)
    const delay = failures === 0 ? refreshMs : Math.min(firstRetryMs * 2 ** (failures - 1), lastRetryMs)
    timer = setTimeout(() => void refetchOnce(), delay).unref()
  }

  /** One fetch at a time, at most one every two seconds, by time alone: garbage kids cannot make it a storm. */
  function refetchOnce(): Promise<void> {
    flight ??= paced().finally(() => {
      flight = undefined
    })
    return flight
  }

  async function paced(): Promise<void> {
    const wait = lastTryMs + cooldownMs - Date.now()
    if (wait > 0) await new Promise<void>((resolve) => void setTimeout(resolve, wait).unref())
    await refetch()
  }

  function hasKeys(nowMs: number): boolean {
    return keys.length > 0 && nowMs - fetchedAtMs < lastGoodMs
  }

  function lookUp(kid: unknown, algorithm: string): FoundKey | undefined {
    // Without a kid only a single key can be meant.
    const named = kid === undefined ? (keys.length === 1 ? keys : []) : keys.filter((key) => key.kid === kid)
    if (named.length === 0) return undefined
    const fitting = named.find((key) => key.algorithms.includes(algorithm))
    if (fitting === undefined) return { kind: 'unknown', detail: 'alg does not fit the key that kid names' }
    return { kind: 'key', key: fitting.key, algorithm, thumbprint: fitting.thumbprint }
  }

  async function findAfterRefetch(kid: string, algorithm: string): Promise<FoundKey> {
    if (waiting >= waitingLimit) return unavailable('Too many requests wait for the keys of the issuer')
    waiting += 1
    await refetchOnce()
    waiting -= 1
    const found = lookUp(kid, algorithm)
    if (found !== undefined) return found
    // While the issuer cannot be asked, the key may well exist.
    if (problem !== undefined) return unavailable('The keys of the issuer cannot be fetched at the moment')
    unknownKids.set(kid, true)
    return unknownKey
  }

  timer = setTimeout(() => {}, 0).unref()
  void refetchOnce()
  return {
    generation: () => generation,
    status: () => ({
      ready: hasKeys(Date.now()),
      keys: keys.length,
      ...(problem === undefined ? {} : { problem }),
    }),
    async find(kid, algorithm, nowMs) {
      if (kid !== undefined && (typeof kid !== 'string' || kid === '')) return unknownKey
      if (!hasKeys(nowMs)) {
        if (flight !== undefined && failures === 0) await flight
        if (!hasKeys(Date.now())) {
          void refetchOnce()
          return unavailable('The keys of the issuer have not been fetched yet')
        }
      }
      const found = lookUp(kid, algorithm)
      if (found !== undefined) return found
      if (kid === undefined || issuer.jwksFile !== undefined || unknownKids.has(kid)) return unknownKey
      return findAfterRefetch(kid, algorithm)
    },
    suspect: () => void refetchOnce(),
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

const unknownKey: FoundKey = {
  kind: 'unknown',
  detail: 'kid names no key that the issuer has published',
}

function unavailable(detail: string): FoundKey {
  return { kind: 'unavailable', detail, retryAfterSeconds: 2 }
}
