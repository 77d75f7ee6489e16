import { LRUCache } from 'lru-cache'
import type { Logger } from '../log/logger.ts'
import type { TokenCache } from '../token/cache.ts'
import { type Check, details } from '../token/verification.ts'
import { readKeys, type VerificationKey } from './json-web-key.ts'
import { loadJwks } from './jwks.ts'
import type { IssuerOptions } from './options.ts'
import { createRefetch } from './refetch.ts'

export type { IssuerOptions, TokenOptions } from './options.ts'

/** What an operator sees of one issuer's keys (`/readyz`). `problem` says what is missing and what to do. */
export type KeySetStatus = {
  readonly ready: boolean
  readonly keys: number
  readonly problem?: string
}

export type FoundKey =
  | {
      readonly kind: 'key'
      readonly key: VerificationKey['key']
      readonly algorithm: string
      readonly thumbprint: string
    }
  | { readonly kind: 'unknown'; readonly check: Check }
  | { readonly kind: 'unavailable'; readonly detail: string; readonly retryAfterSeconds: number }

/** One issuer's keys: fetched at start, refreshed in the background, rotated, last good set kept. Survives reloads. */
export type KeySet = {
  status(): KeySetStatus
  /** Counts the times that a key left the set. */
  generation(): number
  /** The key for a token's header. Never rejects; waits for the first keys, or for one shared refetch when the `kid` is unknown. */
  find(kid: unknown, algorithm: string): Promise<FoundKey>
  /** A signature failed under a known `kid`: looks for new keys in the background. */
  suspect(): void
  /** Stops refreshing, and gives up the tokens that these keys verified: from now on nobody would notice a key that leaves. */
  close(): void
}

const lastGoodMs = 24 * 3_600_000
const unknownKidMs = 30_000
const unknownKidLimit = 10_000
const kidLimit = 512
const waitingLimit = 1000
/** A request that finds no keys asks for them at once: two seconds later there may be some. */
const retryAfterSeconds = 2

export type KeySetOptions = {
  readonly issuer: IssuerOptions
  readonly cache: TokenCache
  readonly log: Logger
  /** Milliseconds since the epoch. Default: Date.now */
  readonly now?: () => number
}

/**
 * `cache` loses a key's tokens when the key leaves the set. Starts fetching at once; never throws, never keeps the process alive.
 * `log` gets one line for each change an operator must know of (first keys, rotation, outage, recovery).
 */
export function createKeySet({ issuer, cache, log, now = Date.now }: KeySetOptions): KeySet {
  let keys: readonly VerificationKey[] = []
  let goodAtMs = Number.NEGATIVE_INFINITY
  let problem: string | undefined
  let reported: string | undefined
  let generation = 0
  let waiting = 0
  const unknownKids = new LRUCache<string, number>({ max: unknownKidLimit })
  const refetch = createRefetch({ run: fetchKeys, now })

  async function fetchKeys(): Promise<boolean> {
    try {
      const fetched = await readKeys(await loadJwks(issuer), issuer.algorithms)
      if (fetched.length === 0) throw new Error('the key set holds no key that may verify access tokens')
      replaceKeys(fetched)
      return true
    } catch (error) {
      problem = error instanceof Error ? error.message : 'the fetch failed'
      reportProblem(problem)
      return false
    }
  }

  function replaceKeys(fetched: readonly VerificationKey[]): void {
    const present = new Set(fetched.map((key) => key.thumbprint))
    const gone = keys.filter((key) => !present.has(key.thumbprint))
    const added = fetched.length - (keys.length - gone.length)
    forget(gone)
    if (gone.length > 0 || added > 0 || reported !== undefined) {
      log.info(
        { issuer: issuer.issuer, keys: fetched.length, added, removed: gone.length },
        'issuer keys are up to date',
      )
    }
    keys = fetched
    goodAtMs = now()
    problem = undefined
    reported = undefined
  }

  function forget(gone: readonly VerificationKey[]): void {
    if (gone.length > 0) generation += 1
    for (const key of gone) cache.removeKey(key.thumbprint)
  }

  /** Once for each problem, and once more when the last good keys have run out. */
  function reportProblem(message: string): void {
    const effect = hasKeys()
      ? 'the last keys stay in use for up to 24 h'
      : 'routes that need a token answer 503'
    if (reported === effect + message) return
    reported = effect + message
    log.warn(
      { issuer: issuer.issuer, problem: message },
      `issuer keys cannot be fetched; ${effect}; check that the issuer runs and can be reached from the gateway`,
    )
  }

  function hasKeys(): boolean {
    return keys.length > 0 && now() - goodAtMs < lastGoodMs
  }

  /** Undefined when no key has this `kid`. */
  function lookUp(kid: string | undefined, algorithm: string): FoundKey | undefined {
    const fitting = keys.filter((key) => key.algorithms.includes(algorithm))
    if (kid === undefined)
      return fitting.length === 1 ? found(fitting[0], algorithm) : unknown('keyIdMissing')
    const named = fitting.find((key) => key.kid === kid)
    if (named !== undefined) return found(named, algorithm)
    return keys.some((key) => key.kid === kid) ? unknown('algorithmOfKey') : undefined
  }

  async function wait(run: () => Promise<void>): Promise<FoundKey | undefined> {
    if (waiting >= waitingLimit) return unavailable('keysBusy')
    waiting += 1
    await run()
    waiting -= 1
    return hasKeys() ? undefined : unavailable('keysMissing')
  }

  /** Only the first fetch is waited for: in an outage each request would hang as long as a fetch does, but asks for one. */
  async function firstKeys(): Promise<FoundKey | undefined> {
    const missing = problem === undefined ? await wait(refetch.current) : unavailable('keysMissing')
    if (missing !== undefined) void refetch.next()
    return missing
  }

  async function findAfterRefetch(kid: string, algorithm: string): Promise<FoundKey> {
    // The run under way may have been answered before this key was published: then only the next one counts.
    for (const run of [refetch.current, refetch.next]) {
      const answer = (await wait(run)) ?? lookUp(kid, algorithm)
      if (answer !== undefined) return answer
    }
    // While the issuer cannot be asked, the key may well exist.
    if (problem !== undefined) return unavailable('keysUnreachable')
    unknownKids.set(kid, now() + unknownKidMs)
    return unknown('keyUnknown')
  }

  return {
    generation: () => generation,
    status: () => ({ ready: hasKeys(), keys: keys.length, ...statusProblem(problem, hasKeys()) }),
    async find(kid, algorithm) {
      if (!isKeyId(kid)) return unknown('keyIdForm')
      if (!hasKeys()) {
        const missing = await firstKeys()
        if (missing !== undefined) return missing
      }
      const answer = lookUp(kid, algorithm)
      if (answer !== undefined) return answer
      if (kid === undefined || (unknownKids.get(kid) ?? 0) > now()) return unknown('keyUnknown')
      return findAfterRefetch(kid, algorithm)
    },
    suspect: () => void refetch.next(),
    close() {
      refetch.close()
      forget(keys)
    },
  }
}

function isKeyId(kid: unknown): kid is string | undefined {
  return kid === undefined || (typeof kid === 'string' && kid !== '' && kid.length <= kidLimit)
}

function found(key: VerificationKey | undefined, algorithm: string): FoundKey {
  if (key === undefined) return unknown('keyUnknown')
  return { kind: 'key', key: key.key, algorithm, thumbprint: key.thumbprint }
}

function unavailable(check: 'keysMissing' | 'keysUnreachable' | 'keysBusy'): FoundKey {
  return { kind: 'unavailable', detail: details[check], retryAfterSeconds }
}

function unknown(check: Check): FoundKey {
  return { kind: 'unknown', check }
}

function statusProblem(problem: string | undefined, ready: boolean): { readonly problem?: string } {
  if (problem !== undefined) return { problem }
  return ready ? {} : { problem: 'the keys of this issuer have not been fetched yet' }
}
