import type { VerificationKey } from './json-web-key.ts'

/** The key for a token's header, or why there is none. The reasons are turned into words in `token/`. */
export type FoundKey =
  | {
      readonly kind: 'key'
      readonly key: VerificationKey['key']
      readonly algorithm: string
      readonly thumbprint: string
    }
  | { readonly kind: 'unknown'; readonly reason: UnknownKey }
  | { readonly kind: 'unavailable'; readonly reason: UnavailableKeys; readonly retryAfterSeconds: number }

/** The token is at fault: the issuer published no key that may verify it. */
export type UnknownKey = 'keyIdForm' | 'keyIdMissing' | 'keyUnknown' | 'algorithmOfKey'

/** The issuer or the load is at fault: the same token may be verified later. */
export type UnavailableKeys = 'keysMissing' | 'keysUnreachable' | 'keysBusy'

/** A request that finds no keys asks for them at once: two seconds later there may be some. */
const retryAfterSeconds = 2

export function found({ key, thumbprint }: VerificationKey, algorithm: string): FoundKey {
  return { kind: 'key', key, algorithm, thumbprint }
}

export function unknown(reason: UnknownKey): FoundKey {
  return { kind: 'unknown', reason }
}

export function unavailable(reason: UnavailableKeys): FoundKey {
  return { kind: 'unavailable', reason, retryAfterSeconds }
}
