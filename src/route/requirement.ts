/** One `where` entry: the claim must equal one of the values, or the percent-decoded path parameter. */
export type Condition = {
  /** The claim's whole name; tried first as it is, then with its dots read as nesting. */
  readonly claim: string
  readonly expected:
    | { readonly values: readonly (string | number | boolean)[] }
    | {
        readonly param: string /** index of the path segment, from 0, in the full path */
        readonly segment: number
      }
}

/** What a route needs (config.md, "A requirement is one of"). */
export type Requirement =
  | { readonly kind: 'public' }
  | { readonly kind: 'optional'; readonly where: readonly Condition[] }
  | { readonly kind: 'authenticated'; readonly where: readonly Condition[] }
  | {
      readonly kind: 'scopes'
      /** At least one of these sets in full; a challenge names the first. Never empty, and no set is empty. */
      readonly anyOf: readonly (readonly string[])[]
      readonly where: readonly Condition[]
    }
