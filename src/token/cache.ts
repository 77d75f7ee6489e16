/** Verified tokens, LRU, shared by all verifiers and kept across reloads. */
export type TokenCache = {
  readonly size: number
}

export declare function createTokenCache(options: { readonly maxEntries: number }): TokenCache
