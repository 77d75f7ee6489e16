import { createKeySet, type KeySet } from '../../src/issuer/key-set.ts'
import type { IssuerOptions } from '../../src/issuer/options.ts'
import type { Logger } from '../../src/log/logger.ts'
import type { Audience } from '../../src/token/audience.ts'
import { createTokenCache, type TokenCache } from '../../src/token/cache.ts'
import { createCutOffs } from '../../src/token/cut-offs.ts'
import { createFairQueue } from '../../src/token/fair-queue.ts'
import type { TokenOptions } from '../../src/token/options.ts'
import type { Verification } from '../../src/token/verification.ts'
import { createVerifier, type Verifier } from '../../src/token/verifier.ts'

export const resource = 'https://api.example.com/'

export const tokenOptions: TokenOptions = {
  clockToleranceMs: 5000,
  maxBytes: 8192,
  maxLifetimeMs: 24 * 3_600_000,
  cacheMaxEntries: 100,
}

export function issuerOptions(url: string, more?: Partial<IssuerOptions>): IssuerOptions {
  return {
    issuer: url,
    isLogto: true,
    tokenTypes: ['at+jwt'],
    claims: { scope: ['scope'], clientId: 'client_id' },
    ...more,
  }
}

export type LogLine = { readonly level: string; readonly message: string; readonly fields: unknown }

export function recordingLog(): Logger & { readonly lines: LogLine[] } {
  const lines: LogLine[] = []
  const at = (level: string) => (fields: unknown, message: string) =>
    void lines.push({ level, message, fields })
  return {
    lines,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    write: () => {},
  }
}

/** A verifier with all that it needs, on a clock that a test sets. */
export type VerifierStage = {
  readonly verifier: Verifier
  readonly keySet: KeySet
  readonly cache: TokenCache
  readonly log: ReturnType<typeof recordingLog>
  readonly clock: { nowMs: number }
  verify(tokenText: string): Promise<Verification>
  /** `ok`, or code and detail. */
  outcome(tokenText: string): Promise<string>
}

export type StageOptions = {
  readonly issuer: IssuerOptions
  readonly audience?: Audience
  readonly tokens?: Partial<TokenOptions>
}

export function createVerifierStage(options: StageOptions): VerifierStage {
  const clock = { nowMs: Date.now() }
  const log = recordingLog()
  const cache = createTokenCache({ maxEntries: 100 })
  const keySet = createKeySet({
    issuer: options.issuer,
    log,
    onKeysLeft: (thumbprints) => thumbprints.forEach(cache.removeKey),
    now: () => clock.nowMs,
  })
  const verifier = createVerifier({
    issuer: options.issuer,
    audience: options.audience ?? { values: [resource] },
    tokens: { ...tokenOptions, ...options.tokens },
    keySet,
    cache,
    queue: createFairQueue(),
    cutOffs: createCutOffs(() => tokenOptions),
  })
  const verify = async (tokenText: string) => verifier.verify(tokenText, clock.nowMs)
  return {
    verifier,
    keySet,
    cache,
    log,
    clock,
    verify,
    outcome: async (tokenText) => printed(await verify(tokenText)),
  }
}

function printed(verification: Verification): string {
  return verification.verified ? 'ok' : `${verification.code}: ${verification.detail}`
}

/** Asks again until the answer is yes; fails when that takes longer than five seconds. */
export async function eventually(isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + 5000
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`never came true: ${isTrue}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
