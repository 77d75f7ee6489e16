/** One segment of a path pattern, literals in canonical (percent-encoded) form. */
export type PatternSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'param'; readonly name: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'rest' }

/** A parsed path pattern. `text` is what the operator wrote, with the API's prefix where the full path is meant. */
export type Pattern = {
  readonly text: string
  readonly segments: readonly PatternSegment[]
}
