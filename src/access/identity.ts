import type { AccessToken } from '../token/access-token.ts'

export type IdentityHeader = { readonly header: string; readonly claim: string }

export type IdentityOptions = {
  /** Additional client headers to remove. */
  readonly strip: readonly string[]
  /** Client headers to keep although the default removes them; never a mapped one. */
  readonly keep: readonly string[]
}

/** Claims → identity headers as a flat list; built once per token and mapping, then remembered with the token. */
export declare function createIdentity(
  mapping: readonly IdentityHeader[],
): (token: AccessToken) => readonly string[]
