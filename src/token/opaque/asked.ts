import type { AccessToken } from '../access-token.ts'
import type { Unverified } from '../verification.ts'

/** What became of an opaque token. */
export type Asked = AskedToken | Unverified

export type AskedToken = {
  readonly token: AccessToken
  /** Of the key that verified the exchanged JWT; the empty text where there is none. */
  readonly keyThumbprint: string
  /** From when the issuer is to be asked again, in milliseconds since the epoch. */
  readonly freshUntilMs: number
}

/** How long an answer of the issuer is believed, in milliseconds. What was withdrawn lives on for so long. */
export const believedMs = 600_000
