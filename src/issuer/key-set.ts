import { LRUCache } from 'lru-cache'
import { messageOf } from '../errors.ts'
import type { Counter } from '../log/counter.ts'
import type { Logger } from '../log/logger.ts'
import { type FoundKeys, unavailable, unknown } from './found-keys.ts'
import { readKeys } from './json-web-key.ts'
import { loadJwks } from './jwks.ts'
import { createKeyReport } from './key-report.ts'
import { createLastGoodKeys } from './last-good-keys.ts'
import type { IssuerOptions } from './options.ts'
import { createRefetch } from './refetch.ts'

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
  const { issuer, log, onKeysLeft, failures, now = Date.now } = options
  const keys = createLastGoodKeys({ onKeysLeft, now })
  const report = createKeyReport(issuer.issuer, log, now)
  const refetch = createRefetch({ run: fetchKeys, now })
  const unknownKids = new LRUCache<string, number>({ max: unknownKidLimit })
  let waiting = 0
  let lastSuccessMs: number | undefined

  const isReady = () => keys.usableUntilMs() !== undefined

  async function fetchKeys(): Promise<boolean> {
    try {
      const fetched = await readKeys(await loadJwks(issuer), issuer.algorithms)
      if (fetched.length === 0) throw new Error('the key set holds no key that may verify access tokens')
      report.succeeded(fetched.length, keys.replace(fetched))
      lastSuccessMs = now()
      return true
    } catch (error) {
      failures?.add(1)
      report.failed(messageOf(error), keys.usableUntilMs())
      return false
    }
  }

  async function wait(run: () => Promise<void>): Promise<FoundKeys | undefined> {
    if (waiting >= waitingLimit) return unavailable('keysBusy')
    waiting += 1
    await run()
    waiting -= 1
    return isReady() ? undefined : unavailable('keysMissing')
  }

  /**
   * Only the first fetch is waited for: in an outage each request would hang as long as a fetch does, but
   * asks for one.
   */
  async function waitForFirstKeys(): Promise<FoundKeys | undefined> {
    const missing = report.problem === undefined ? await wait(refetch.current) : unavailable('keysMissing')
    if (missing !== undefined) void refetch.next()
    return missing
  }

  async function findAfterRefetch(kid: string, algorithm: string): Promise<FoundKeys> {
    // The run under way may have been answered before this key was published: then only the next one counts.
    for (const run of [refetch.current, refetch.next]) {
      const key = (await wait(run)) ?? keys.find(kid, algorithm)
      if (key !== undefined) return key
    }
    // While the issuer cannot be asked, the key may well exist.
    if (report.problem !== undefined) return unavailable('keysUnreachable')
    unknownKids.set(kid, now() + unknownKidMs)
    return unknown('keyUnknown')
  }

  return {
    generation: () => keys.generation,
    get lastSuccessMs() {
      return lastSuccessMs
    },
    status: () => ({ issuer: issuer.issuer, ...statusOf(isReady(), keys.size, report.problem) }),
    async find(kid, algorithm) {
      if (!isKeyId(kid)) return unknown('keyIdForm')
      if (!isReady()) {
        const missing = await waitForFirstKeys()
        if (missing !== undefined) return missing
      }
      const key = keys.find(kid, algorithm)
      if (key !== undefined) return key
      if (kid === undefined || (unknownKids.get(kid) ?? 0) > now()) return unknown('keyUnknown')
      return findAfterRefetch(kid, algorithm)
    },
    refresh: () => void refetch.next(),
    close() {
      refetch.close()
      keys.close()
    },
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
