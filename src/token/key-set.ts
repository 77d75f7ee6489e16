import type { Logger } from '../log/logger.ts'
import type { TokenCache } from './cache.ts'

/** What an operator sees of one issuer's keys (`/readyz`). `problem` says what is missing and what to do. */
export type KeySetStatus = {
  readonly ready: boolean
  readonly keys: number
  readonly problem?: string
}

/**
 * Where one issuer's metadata and keys come from, and what its tokens look like.
 * Documented where it acts: discovery and fetching in `key-set.ts`, the rest in `jwt.ts`.
 */
export type IssuerOptions = {
  /** The exact `iss` of its tokens (for Logto: `<logto>/oidc`). */
  readonly issuer: string
  /** True when configured as `logto:`: then anything with a dot that is no JWT is malformed, never opaque. */
  readonly isLogto: boolean
  readonly jwksUri?: string
  /** Path of a local JWKS file instead of any fetch. */
  readonly jwksFile?: string
  readonly introspectionEndpoint?: string
  readonly userinfoEndpoint?: string
  readonly tokenEndpoint?: string
  /** Allow-list; undefined means every asymmetric algorithm that fits the published keys. */
  readonly algorithms?: readonly string[]
  /** Lower-cased, without `application/`; `none` stands for an absent `typ`. Default: ['at+jwt'] */
  readonly tokenTypes: readonly string[]
  readonly claims: { readonly scope: string; readonly clientId: string }
}

export type TokenOptions = {
  readonly clockToleranceMs: number
  readonly maxBytes: number
  readonly maxLifetimeMs: number
  readonly cacheMaxEntries: number
  readonly opaque: 'explain'
}

/** One issuer's keys: fetched at start, refreshed in the background, rotated, last good set kept. Survives reloads. */
export type KeySet = {
  status(): KeySetStatus
  /** Stops refreshing. */
  close(): void
}

/**
 * `cache` loses a key's tokens when the key leaves the set. Starts fetching at once; never throws, never keeps the process alive.
 * `log` gets one line for each change an operator must know of (first keys, rotation, outage, recovery).
 */
export declare function createKeySet(options: {
  readonly issuer: IssuerOptions
  readonly cache: TokenCache
  readonly log: Logger
}): KeySet
