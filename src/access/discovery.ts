import { memoByObject } from '../memo.ts'

/** Everything that the challenges of an API add where its metadata is published (RFC 9728 section 5.1). */
export type Discovery = {
  readonly metadataUrl: string
  /** Every scope of the metadata, with spaces between. Clients ask once, for what a 401 names. */
  readonly scopes: string
  /**
   * The scopes that a 403 names, with spaces between: those needed, and those of the metadata that the token
   * holds. A client may ask for exactly these, and must not lose by it.
   */
  scopesFor(needed: readonly string[], held: ReadonlySet<string>): string
}

export type DiscoveryOptions = {
  readonly metadataUrl: string
  /** Those of the metadata. */
  readonly scopes: readonly string[]
  /** Every scope that a challenge can name, in the order in which it names them. */
  readonly order: readonly string[]
}

export function createDiscovery({ metadataUrl, scopes, order }: DiscoveryOptions): Discovery {
  const published = new Set(scopes)
  // Many routes share the needed scopes, and many tokens the held ones.
  const texts = memoByObject((needed: readonly string[]) =>
    memoByObject((held: ReadonlySet<string>) =>
      order.filter((scope) => needed.includes(scope) || (held.has(scope) && published.has(scope))).join(' '),
    ),
  )
  return { metadataUrl, scopes: scopes.join(' '), scopesFor: (needed, held) => texts(needed)(held) }
}
