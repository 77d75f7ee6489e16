import { isNode, type Pair } from 'yaml'

/** A stretch of the file: from `start` up to `end`, both counted in UTF-16 units from the beginning. */
export type Span = { readonly start: number; readonly end: number }

/** Where one entry of a map stands; an item of a list has the same span for both. */
export type Place = { readonly key: Span; readonly value: Span }

/** A value that is not written (`listen:`) is shown by its key. */
export function placeOfPair({ key, value }: Pair<unknown, unknown>): Place {
  const keySpan = spanOf(key)
  const valueSpan = spanOf(value)
  return { key: keySpan, value: valueSpan.end > valueSpan.start ? valueSpan : keySpan }
}

/** Without the comments and white space behind it. */
export function spanOf(node: unknown): Span {
  const range = isNode(node) ? node.range : undefined
  return range ? { start: range[0], end: range[1] } : { start: 0, end: 0 }
}
