import { createHash } from 'node:crypto'
import type { KeySet } from '../issuer/key-set.ts'
import type { IssuerOptions } from '../issuer/options.ts'
import type { Audience } from './audience.ts'
import type { TokenCache } from './cache.ts'
import type { FairQueue } from './fair-queue.ts'
import { formOf, type TokenForm } from './form.ts'
import { verifyJwt } from './jwt/verify.ts'
import type { TokenOptions } from './options.ts'
import { refuse, type Unverified, type Verification } from './verification.ts'

/** Verifies tokens of one issuer for one API. */
export type Verifier = {
  /**
   * Answers at once for a token that is in the cache or refused by its form; otherwise with a promise that
   * never rejects. `client` is the address that asks: clients take turns.
   */
  verify(tokenText: string, nowMs: number, client?: string): Verification | Promise<Verification>
}

export type VerifierOptions = {
  readonly issuer: IssuerOptions
  readonly audience: Audience
  readonly tokens: TokenOptions
  readonly keySet: KeySet
  readonly cache: TokenCache
  readonly queue: FairQueue
}

/**
 * Makes the verifier for one pair of issuer and audience; it is cheap enough for every reload. A digest of
 * these options is a part of the cache key.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const { cache, tokens } = options
  const policy = policyDigest(options)
  const underWay = new Map<string, Promise<Verification>>()

  /** Requests that bring the same new token at the same time share one verification. */
  function verifyOnce(tokenText: string, nowMs: number, client: string): Promise<Verification> {
    const shared = underWay.get(tokenText)
    if (shared !== undefined) return shared
    const verification = verifyAndKeep(tokenText, nowMs, client).finally(() => underWay.delete(tokenText))
    underWay.set(tokenText, verification)
    return verification
  }

  async function verifyAndKeep(tokenText: string, nowMs: number, client: string): Promise<Verification> {
    const { issuer, audience, keySet, queue } = options
    const generation = keySet.generation()
    const verification = await verifyJwt(tokenText, {
      issuer,
      audience,
      tokens,
      keySet,
      queue,
      client,
      nowMs,
    })
    if ('detail' in verification) return verification
    const { token, keyThumbprint } = verification
    // A key that left the set meanwhile must not leave a token behind.
    if (generation === keySet.generation()) {
      cache.set(policy, tokenText, { verified: true, token, cache: 'hit' }, keyThumbprint)
    }
    return { verified: true, token, cache: 'miss' }
  }

  return {
    verify(tokenText, nowMs, client = '') {
      const known = cache.get(policy, tokenText, nowMs)
      if (known !== undefined) return known
      if (tokenText.length > tokens.maxBytes) return tooLong
      const form = formOf(tokenText, options.issuer.isLogto)
      if (form === 'jwt') return verifyOnce(tokenText, nowMs, client)
      return options.issuer.isLogto && form === 'opaque' ? opaqueFromLogto : refusals[form]
    },
  }
}

const tooLong = refuse('tooLong')
const opaqueFromLogto = refuse('opaqueFromLogto', 'opaque')
const refusals: Readonly<Record<Exclude<TokenForm, 'jwt'>, Unverified>> = {
  encrypted: refuse('encrypted'),
  malformed: refuse('malformed'),
  opaque: refuse('opaque', 'opaque'),
  placeholder: refuse('placeholder', 'opaque'),
  personalAccessToken: refuse('personalAccessToken', 'opaque'),
  impersonationToken: refuse('impersonationToken', 'opaque'),
  notFromLogto: refuse('notFromLogto', 'opaque'),
}

function policyDigest({ issuer, audience, tokens }: VerifierOptions): string {
  return createHash('sha256')
    .update(JSON.stringify([issuer, audience, tokens]))
    .digest('base64url')
}
