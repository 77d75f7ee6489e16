import { createHash } from 'node:crypto'
import type { KeySet } from '../issuer/key-set.ts'
import type { IssuerOptions, TokenOptions } from '../issuer/options.ts'
import type { TokenCache } from './cache.ts'
import type { VerificationQueue } from './fair-queue.ts'
import { verifyJwt } from './jwt/verify.ts'
import { shapeOf } from './kind.ts'
import { refuse, type Verification } from './verification.ts'

export type { Unverified, Verification, Verified } from './verification.ts'

/** Verifies tokens of one issuer for one protected resource. */
export type Verifier = {
  /**
   * Answers at once for a token that is in the cache or refused by its shape; otherwise a promise that never rejects.
   * `client` is the address that asks: clients take turns.
   */
  verify(tokenText: string, nowMs: number, client?: string): Verification | Promise<Verification>
}

export type VerifierOptions = {
  readonly issuer: IssuerOptions
  readonly resource: string
  readonly tokens: TokenOptions
  readonly keySet: KeySet
  readonly cache: TokenCache
  readonly queue: VerificationQueue
}

/** One verifier per (issuer, resource); cheap to make on every reload. The cache key holds a digest of this policy. */
export function createVerifier(options: VerifierOptions): Verifier {
  const { cache, tokens } = options
  const policy = policyDigest(options)
  const flights = new Map<string, Promise<Verification>>()
  const opaqueRefusal = refuse(options.issuer.isLogto ? 'opaqueFromLogto' : 'opaque', 'opaque')

  function fly(tokenText: string, nowMs: number, client: string): Promise<Verification> {
    const under = flights.get(tokenText)
    if (under !== undefined) return under
    const flight = verifyAndKeep(tokenText, nowMs, client).finally(() => flights.delete(tokenText))
    flights.set(tokenText, flight)
    return flight
  }

  async function verifyAndKeep(tokenText: string, nowMs: number, client: string): Promise<Verification> {
    const { issuer, resource, keySet, queue } = options
    const generation = keySet.generation()
    const verification = await verifyJwt(tokenText, {
      issuer,
      resource,
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
      switch (shapeOf(tokenText, options.issuer.isLogto)) {
        case 'jwt':
          return fly(tokenText, nowMs, client)
        case 'jwe':
          return encrypted
        case 'malformed':
          return malformed
        case 'opaque':
          return opaqueRefusal
      }
    },
  }
}

const tooLong = refuse('tooLong')
const encrypted = refuse('encrypted')
const malformed = refuse('malformed')

function policyDigest({ issuer, resource, tokens }: VerifierOptions): string {
  return createHash('sha256')
    .update(JSON.stringify([issuer, resource, tokens]))
    .digest('base64url')
}
