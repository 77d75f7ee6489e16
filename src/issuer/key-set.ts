import { LRUCache } from 'lru-cache'
import { messageOf } from '../errors.ts'
import type { Counter } from '../log/counter.ts'
import type { Logger } from '../log/logger.ts'
import { type FoundKeys, unavailable, unknown } from './found-keys.ts'
import { readKeys } from './json-web-key.ts'
import { loadJwks } from './jwks.ts'
import { createKeyReport, type KeyReport } from './key-report.ts'
import { createLastGoodKeys, type LastGoodKeys } from './last-good-keys.ts'
import type { IssuerOptions } from './options.ts'
import { createRefetch, type Refetch } from './refetch.ts'

/**
 * The state of one issuer's keys for an operator (`/readyz`). `problem` says what is missing and what to do.
 */
export type KeySetStatus = {
  /** Its `iss`. */
  readonly issuer: string
  readonly ready: boolean
  readonly keys: number
  readonly problem?: string
}

/**
 * One issuer's keys: fetched at start, refreshed in the background, rotated, last good set kept. Survives
 * reloads.
 */
export type KeySet = {
  status(): KeySetStatus
  /** When keys were last fetched, in milliseconds since the epoch; undefined before. */
  readonly lastSuccessMs: number | undefined
  /** Counts the times that a key left the set. */
  generation(): number
  /**
   * The key for a token's header. Never rejects. Waits for the first keys, or for one shared refetch when the
   * `kid` is unknown.
   */
  find(kid: unknown, algorithm: string): Promise<FoundKeys>
  /** Fetches the keys in the background: somebody has reason to think that there are others. */
  refresh(): void
  /**
   * Stops refreshing. All keys count as gone, since nobody would notice any more when one of them is
   * withdrawn.
   */
  close(): void
}

/**
 * How long a `kid` that no fetch has brought is refused at once, in milliseconds. Until then tokens under it
 * cost no fetch; a key that is published within that time under a `kid` already seen must wait for the
 * background refresh.
 */
const unknownKidMs = 30_000
/**
 * Unknown `kid`s that are remembered. A flood of more made-up ones pushes out the oldest, which then costs a
 * fetch again.
 */
const unknownKidLimit = 10_000
/** Longest `kid`, in characters. A longer one is refused, so that what is remembered stays small. */
const kidLimit = 512
/**
 * Requests of one issuer that wait for a fetch. Further ones are answered 503 at once, so that none can fill
 * the memory.
 */
const waitingLimit = 1000

export type KeySetOptions = {
  readonly issuer: IssuerOptions
  readonly log: Logger
  /** Hears the thumbprints of keys that left the set: what they verified is no longer to be trusted. */
  readonly onKeysLeft: (thumbprints: readonly string[]) => void
  /** Counts fetches that failed. */
  readonly failures?: Counter
  /** Milliseconds since the epoch. Default: Date.now */
  readonly now?: () => number
}

/**
 * Starts fetching at once; never throws, never keeps the process alive. `log` gets one line for each change
 * that an operator must know of (first keys, rotation, outage, recovery).
 */
export function createKeySet(options: KeySetOptions): KeySet {
  return new FetchedKeySet(options)
}

class FetchedKeySet implements KeySet {
  readonly #options: KeySetOptions
  readonly #now: () => number
  readonly #keys: LastGoodKeys
  readonly #report: KeyReport
  readonly #refetch: Refetch
  readonly #unknownKids = new LRUCache<string, number>({ max: unknownKidLimit })
  #waiting = 0
  lastSuccessMs: number | undefined

  constructor(options: KeySetOptions) {
    const { issuer, log, onKeysLeft, now = Date.now } = options
    this.#options = options
    this.#now = now
    this.#keys = createLastGoodKeys({ onKeysLeft, now })
    this.#report = createKeyReport(issuer.issuer, log, now)
    this.#refetch = createRefetch({ run: () => this.#fetchKeys(), now })
  }

  generation(): number {
    return this.#keys.generation
  }

  status(): KeySetStatus {
    const status = statusOf(this.#isReady, this.#keys.size, this.#report.problem)
    return { issuer: this.#options.issuer.issuer, ...status }
  }

  async find(kid: unknown, algorithm: string): Promise<FoundKeys> {
    if (!isKeyId(kid)) return unknown('keyIdForm')
    if (!this.#isReady) {
      const missing = await this.#waitForFirstKeys()
      if (missing !== undefined) return missing
    }
    const key = this.#keys.find(kid, algorithm)
    if (key !== undefined) return key
    if (kid === undefined || (this.#unknownKids.get(kid) ?? 0) > this.#now()) return unknown('keyUnknown')
    return this.#findAfterRefetch(kid, algorithm)
  }

  refresh(): void {
    void this.#refetch.next()
  }

  close(): void {
    this.#refetch.close()
    this.#keys.close()
  }

  get #isReady(): boolean {
    return this.#keys.usableUntilMs() !== undefined
  }

  async #fetchKeys(): Promise<boolean> {
    const { issuer, failures } = this.#options
    try {
      const fetched = await readKeys(await loadJwks(issuer), issuer.algorithms)
      if (fetched.length === 0) throw new Error('the key set holds no key that may verify access tokens')
      this.#report.succeeded(fetched.length, this.#keys.replace(fetched))
      this.lastSuccessMs = this.#now()
      return true
    } catch (error) {
      failures?.add(1)
      this.#report.failed(messageOf(error), this.#keys.usableUntilMs())
      return false
    }
  }

  async #wait(run: () => Promise<void>): Promise<FoundKeys | undefined> {
    if (this.#waiting >= waitingLimit) return unavailable('keysBusy')
    this.#waiting += 1
    await run()
    this.#waiting -= 1
    return this.#isReady ? undefined : unavailable('keysMissing')
  }

  /**
   * Only the first fetch is waited for: in an outage each request would hang as long as a fetch does, but
   * asks for one.
   */
  async #waitForFirstKeys(): Promise<FoundKeys | undefined> {
    const isFirst = this.#report.problem === undefined
    const missing = isFirst ? await this.#wait(this.#refetch.current) : unavailable('keysMissing')
    if (missing !== undefined) void this.#refetch.next()
    return missing
  }

  async #findAfterRefetch(kid: string, algorithm: string): Promise<FoundKeys> {
    // The run under way may have been answered before this key was published: then only the next one counts.
    for (const run of [this.#refetch.current, this.#refetch.next]) {
      const key = (await this.#wait(run)) ?? this.#keys.find(kid, algorithm)
      if (key !== undefined) return key
    }
    // While the issuer cannot be asked, the key may well exist.
    if (this.#report.problem !== undefined) return unavailable('keysUnreachable')
    this.#unknownKids.set(kid, this.#now() + unknownKidMs)
    return unknown('keyUnknown')
  }
}

function isKeyId(kid: unknown): kid is string | undefined {
  return kid === undefined || (typeof kid === 'string' && kid !== '' && kid.length <= kidLimit)
}

function statusOf(ready: boolean, keys: number, problem: string | undefined): Omit<KeySetStatus, 'issuer'> {
  if (problem !== undefined) return { ready, keys, problem }
  return ready
    ? { ready, keys }
    : { ready, keys, problem: 'the keys of this issuer have not been fetched yet' }
}
