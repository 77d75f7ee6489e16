import { memoByObject } from '../memo.ts'

/** One `where` entry: the claim must equal one of the values, or the percent-decoded path parameter. */
export type Condition = {
  /** The claim's whole name; tried first as it is, then with its dots read as nesting. */
  readonly claim: string
  readonly expected: { readonly values: readonly (string | number | boolean)[] } | PathParameter
}

/** A parameter of the path, by where it is. */
export type PathParameter = {
  readonly param: string
  /** Index of the path segment, from 0, in the full path. */
  readonly segment: number
  /** Lengths of the literals around the parameter, in the canonical path; none where it is alone. */
  readonly affix?: { readonly prefix: number; readonly suffix: number }
}

/** Conditions that a token must meet, whatever scopes it holds. */
export type TokenConditions = {
  readonly where: readonly Condition[]
  /** A machine's token says the same as `sub` and as client. Default: either */
  readonly holder?: 'user' | 'machine'
}

/** Whether a route asks for a token, and for what in it. */
export type Requirement =
  | { readonly kind: 'public' }
  | ({ readonly kind: 'optional' } & TokenConditions)
  | ({ readonly kind: 'authenticated' } & TokenConditions)
  | ({
      readonly kind: 'scopes'
      /**
       * At least one of these sets in full; a challenge names the first. Neither the list nor a set is empty.
       */
      readonly anyOf: readonly (readonly string[])[]
    } & TokenConditions)

/** Structural identity: two requirements with one key ask the same of every request. */
export const requirementKey = memoByObject((requirement: Requirement): string => {
  if (requirement.kind === 'public') return 'public'
  const where = requirement.where.map(conditionKey).sort()
  const anyOf =
    requirement.kind === 'scopes'
      ? requirement.anyOf.map((set) => [...new Set(set)].sort().join(' ')).sort()
      : []
  return JSON.stringify([requirement.kind, anyOf, where, requirement.holder])
})

/**
 * A parameter counts by its place in the path, not by its name nor by the literals around it: an upstream
 * that ignores extensions compares the same of `/{id}` and `/{id}.json`.
 */
function conditionKey({ claim, expected }: Condition): string {
  return JSON.stringify('values' in expected ? [claim, expected.values] : [claim, '', expected.segment])
}

const strictness = { public: 0, optional: 1, authenticated: 2, scopes: 3 } as const

/** True when whoever meets `first` meets `second` too, but not the reverse. Conditions are not compared. */
export function isStricter(first: Requirement, second: Requirement): boolean {
  if (first.kind !== second.kind) return strictness[first.kind] > strictness[second.kind]
  if (first.kind !== 'scopes' || second.kind !== 'scopes') return false
  const implied = first.anyOf.every((set) =>
    second.anyOf.some((weaker) => weaker.every((scope) => set.includes(scope))),
  )
  return implied && requirementKey(first) !== requirementKey(second)
}
