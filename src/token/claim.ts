import type { Claims } from './access-token.ts'

/**
 * A claim by name. The whole name is tried first (`https://example.com/role`), then its dots are read as nesting
 * (`user.id`). Own members only: a token cannot reach what objects inherit.
 */
export function findClaim(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name]
  if (!name.includes('.')) return undefined
  let value: unknown = claims
  for (const member of name.split('.')) {
    if (
      typeof value !== 'object' ||
      value === null ||
      Array.isArray(value) ||
      !Object.hasOwn(value, member)
    ) {
      return undefined
    }
    // Object.hasOwn just proved that the member exists.
    value = (value as Claims)[member]
  }
  return value
}
