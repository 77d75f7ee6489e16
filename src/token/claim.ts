import { isJsonObject } from '../issuer/json-object.ts'
import type { Claims } from './access-token.ts'

/**
 * A claim by name. The whole name is tried first (`https://example.com/role`), then its dots are read as
 * nesting (`user.id`). Own members only: a token cannot reach what objects inherit.
 */
export function findClaim(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name]
  if (!name.includes('.')) return undefined
  let value: unknown = claims
  for (const member of name.split('.')) {
    if (!isJsonObject(value) || !Object.hasOwn(value, member)) return undefined
    value = value[member]
  }
  return value
}

/**
 * Typed and exact: `1` is not `"1"`. An array claim equals each value that it contains; a missing claim
 * equals none.
 */
export function claimEquals(claim: unknown, value: string | number | boolean): boolean {
  return Array.isArray(claim) ? claim.includes(value) : claim === value
}

/** Own members only, on an object without a prototype. */
export function ownClaims(members: Claims, changes: Claims = {}): Claims {
  return Object.assign(Object.create(null), members, changes)
}

/** The same without these members. */
export function claimsWithout(members: Claims, names: readonly string[]): Claims {
  return ownClaims(Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name))))
}
