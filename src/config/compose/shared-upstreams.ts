import type { IssueList } from '../issue-list.ts'
import type { KeyPath } from '../yaml/key-path.ts'
import type { ComposedApi } from './apis.ts'

/** One upstream behind two issuers could mistake one issuer's `sub` for the other's. */
export function reportSharedUpstreams(apis: readonly ComposedApi[], issues: IssueList): void {
  const users = new Map<string, ComposedApi>()
  for (const api of apis) {
    for (const [origin, path] of firstNamed(api)) {
      const other = users.get(origin) ?? api
      users.set(origin, other)
      if (hasOneIssuer(api, other) || [api, other].every(tellsIssuer)) continue
      issues.error(
        path,
        `the API ${other.config.name} has the same upstream and another issuer, ` +
          'so two users could have one sub: map iss to an identity header in both',
      )
    }
  }
}

/** Origin of an upstream → where the API first names it. */
function firstNamed({ upstreams }: ComposedApi): Map<string, KeyPath> {
  const named = new Map<string, KeyPath>()
  for (const { upstream, at } of upstreams)
    for (const origin of upstream.origins) if (!named.has(origin)) named.set(origin, at)
  return named
}

/** An API whose routes are all public has no issuer, nor has one whose issuer has an error. */
function hasOneIssuer({ config: first }: ComposedApi, { config: second }: ComposedApi): boolean {
  return first.issuer === undefined || second.issuer === undefined || first.issuer === second.issuer
}

function tellsIssuer({ config }: ComposedApi): boolean {
  return config.identityHeaders.some(({ claim }) => claim === 'iss')
}
