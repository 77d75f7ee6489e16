import type { AccessToken } from './access-token.ts'
import type { TokenCache } from './cache.ts'
import type { IssuerOptions, KeySet, TokenOptions } from './key-set.ts'

/** Token text → access token, or why not. `detail` is static text: it names the check, never token content. */
export type Verification =
  | { readonly verified: true; readonly token: AccessToken; readonly cache: 'hit' | 'miss' }
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

/** One verifier per (issuer, resource); cheap to make on every reload. The cache key holds a digest of this policy. */
export declare function createVerifier(options: {
  readonly issuer: IssuerOptions
  readonly resource: string
  readonly tokens: TokenOptions
  readonly keySet: KeySet
  readonly cache: TokenCache
}): Verifier
