/**
 * A URL for logs and people. User, password and query are left out, since any of them may hold a secret; a
 * query that is left out shows as `?...`.
 */
export function printableUrl(url: string): string {
  if (!URL.canParse(url)) return 'a URL that cannot be read'
  const { protocol, host, pathname, search } = new URL(url)
  return `${protocol}//${host}${pathname}${search === '' ? '' : '?...'}`
}
