/** `?search=%25name%25` (SQL's `like`), or `?search.name=` with `mode.name=exact`; no search finds all. */
export function isLike(query: URLSearchParams): (name: string) => boolean {
  const fold = (text: string) => (query.get('isCaseSensitive') === 'true' ? text : text.toLowerCase())
  const exact = query.get('search.name')
  if (exact !== null) return (name) => fold(name) === fold(exact)
  const like = query.get('search')
  if (like === null) return () => true
  const middle = fold(like.replaceAll(/^%|%$/g, ''))
  return (name) => fold(name).includes(middle)
}
