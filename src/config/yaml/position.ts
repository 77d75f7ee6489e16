import { isNode, type Pair } from 'yaml'

/** A stretch of the file: from `start` up to `end`, both counted in UTF-16 code units from its beginning. */
export type Span = { readonly start: number; readonly end: number }

/** Where one entry of a map is written. An item of a list has no key, so its own span stands for both. */
export type Position = { readonly key: Span; readonly value: Span }

/** A value that is not written (`listen:`) is shown by its key. */
export function positionOfPair({ key, value }: Pair<unknown, unknown>): Position {
  const keySpan = spanOf(key)
  const valueSpan = spanOf(value)
  return { key: keySpan, value: valueSpan.end > valueSpan.start ? valueSpan : keySpan }
}

/** Without the comments and the white space that follow the node. */
export function spanOf(node: unknown): Span {
  const range = isNode(node) ? node.range : undefined
  return range ? { start: range[0], end: range[1] } : { start: 0, end: 0 }
}
