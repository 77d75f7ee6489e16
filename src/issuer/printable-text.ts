const longest = 200

/**
 * A value of unknown origin for logs and people: a text as printable ASCII without quotes and backslashes, at
 * most 200 characters of it, with `?` for each other character.
 */
export function printableText(value: unknown): string {
  if (value === undefined) return 'none'
  if (typeof value !== 'string') return 'a value that is no text'
  const text = value.length > longest ? `${value.slice(0, longest)}...` : value
  return text.replace(/[^\x21\x23-\x5b\x5d-\x7e]/g, '?')
}
