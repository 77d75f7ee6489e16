import type { AccessToken } from '../access-token.ts'
import type { Unverified } from '../verification.ts'

/** The fate of an opaque token. */
export type Asked = AskedToken | Unverified

export type AskedToken = {
  readonly token: AccessToken
  /** Of the key that verified the exchanged JWT; the empty text where there is none. */
  readonly keyThumbprint: string
}
