import { createHash } from 'node:crypto'
import type { AccessToken } from './access-token.ts'
import type { TokenCache } from './cache.ts'
import { verifyJwt } from './jwt.ts'
import type { IssuerOptions, KeySet, TokenOptions } from './key-set.ts'
import { shapeOf } from './shape.ts'

/** Token text → access token, or why not. `detail` is static text: it names the check, never token content. */
export type Verification = Verified | Unverified

export type Verified = {
  readonly verified: true
  readonly token: AccessToken
  readonly cache: 'hit' | 'miss'
}

export type Unverified =
  | {
      readonly verified: false
      readonly code: 'invalid_token'
      readonly detail: string
      readonly tokenKind: 'jwt' | 'opaque'
    }
  | {
      readonly verified: false
      readonly code: 'issuer_unavailable'
      readonly detail: string
      readonly retryAfterSeconds: number
      readonly tokenKind: 'jwt' | 'opaque'
    }

/** Verifies tokens of one issuer for one protected resource. */
export type Verifier = {
  /** Answers at once for a token that is in the cache or refused by its shape; otherwise a promise that never rejects. */
  verify(tokenText: string, nowMs: number): Verification | Promise<Verification>
}

export type VerifierOptions = {
  readonly issuer: IssuerOptions
  readonly resource: string
  readonly tokens: TokenOptions
  readonly keySet: KeySet
  readonly cache: TokenCache
}

/** One verifier per (issuer, resource); cheap to make on every reload. The cache key holds a digest of this policy. */
export function createVerifier(options: VerifierOptions): Verifier {
  const { cache, tokens } = options
  const policy = policyDigest(options)
  const flights = new Map<string, Promise<Verification>>()
  const opaqueRefusal = refuse(opaqueDetail(options.issuer), 'opaque')

  function fly(tokenText: string, nowMs: number): Promise<Verification> {
    const under = flights.get(tokenText)
    if (under !== undefined) return under
    const flight = verifyAndKeep(tokenText, nowMs).finally(() => flights.delete(tokenText))
    flights.set(tokenText, flight)
    return flight
  }

  async function verifyAndKeep(tokenText: string, nowMs: number): Promise<Verification> {
    const generation = options.keySet.generation()
    const verification = await verifyJwt(tokenText, { ...options, nowMs })
    if ('detail' in verification) return verification
    const { token, keyThumbprint } = verification
    // A key that left the set meanwhile must not leave a token behind.
    if (generation === options.keySet.generation()) {
      cache.set(policy, tokenText, { verified: true, token, cache: 'hit' }, keyThumbprint)
    }
    return { verified: true, token, cache: 'miss' }
  }

  return {
    verify(tokenText, nowMs) {
      const known = cache.get(policy, tokenText, nowMs)
      if (known !== undefined) return known
      if (tokenText.length > tokens.maxBytes) return tooLong
      switch (shapeOf(tokenText, options.issuer.isLogto)) {
        case 'jwt':
          return fly(tokenText, nowMs)
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

function refuse(detail: string, tokenKind: 'jwt' | 'opaque'): Unverified {
  return { verified: false, code: 'invalid_token', detail, tokenKind }
}

const tooLong = refuse('The access token is longer than tokens.maxBytes', 'jwt')
const encrypted = refuse('The access token is encrypted: only signed tokens are accepted', 'jwt')
const malformed = refuse('The access token is not a well-formed JWT', 'jwt')

/** The usual mistake, and its mend (logto-io/logto#5753). */
function opaqueDetail(issuer: IssuerOptions): string {
  if (!issuer.isLogto) {
    return 'The issuer sent an opaque access token, which cannot be verified here: ask it for a JWT for this resource'
  }
  return (
    'Logto sent an opaque access token, which carries no permissions of this API. Usual causes: openid is in the ' +
    'requested scope without a resource in the token request, or no Default API is set. Mend: take openid out of the ' +
    'scope, or send the API identifier as resource in the token request, or set this API as Default API in the Logto Console'
  )
}

function policyDigest({ issuer, resource, tokens }: VerifierOptions): string {
  return createHash('sha256')
    .update(JSON.stringify([issuer, resource, tokens]))
    .digest('base64url')
}
