import type { ImportedKey } from './json-web-key.ts'

/**
 * The keys that a token's header may mean, or why there are none. The reasons are turned into words in
 * `token/`.
 */
export type FoundKeys =
  | {
      readonly kind: 'keys'
      /** Nearly always one. Several, where the issuer publishes them under one `kid`; then each is tried. */
      readonly candidates: readonly CandidateKey[]
    }
  | { readonly kind: 'unknown'; readonly reason: UnknownKey }
  | { readonly kind: 'unavailable'; readonly reason: UnavailableKeys; readonly retryAfterSeconds: number }

export type CandidateKey = { readonly key: ImportedKey; readonly thumbprint: string }

/** The token is at fault: the issuer published no key that may verify it. */
export type UnknownKey = 'keyIdForm' | 'keyIdMissing' | 'keyUnknown' | 'algorithmOfKey'

/** The issuer or the load is at fault: the same token may be verified later. */
export type UnavailableKeys = 'keysMissing' | 'keysUnreachable' | 'keysBusy'

/** A request that finds no keys asks for them at once: two seconds later there may be some. */
const retryAfterSeconds = 2

export function unknown(reason: UnknownKey): FoundKeys {
  return { kind: 'unknown', reason }
}

export function unavailable(reason: UnavailableKeys): FoundKeys {
  return { kind: 'unavailable', reason, retryAfterSeconds }
}
