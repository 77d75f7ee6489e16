/**
 * A command to paste, for a request such as `GET /todos`. `token` is what stands for the access token, mostly
 * a shell variable such as `$TOKEN`, since a line that holds the token itself is too long to read.
 */
export function curl(
  gateway: string,
  request: { readonly method: string; readonly path: string; readonly host?: string | undefined },
  token: string | undefined,
): string {
  const { method, path, host } = request
  const parts = ['curl -i']
  if (method !== 'GET') parts.push(`-X ${method}`)
  parts.push(quoted(`${gateway}${path}`))
  if (host !== undefined) parts.push(`-H "Host: ${host}"`)
  if (token !== undefined) parts.push(`-H "Authorization: Bearer ${token}"`)
  return parts.join(' ')
}

/** Nothing in a path may mean something to the shell. */
function quoted(url: string): string {
  return /^[\w:/.-]+$/.test(url) ? url : `'${url.replaceAll("'", "'\\''")}'`
}
