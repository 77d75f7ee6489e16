/** Value of a WWW-Authenticate header (RFC 6750 section 3). Throws a RangeError on characters that the grammar forbids. */
export function challenge(options: {
  readonly realm: string
  readonly error?: 'invalid_request' | 'invalid_token' | 'insufficient_scope'
  readonly errorDescription?: string
  readonly scope?: string
}): string {
  const { realm, error, errorDescription, scope } = options
  const parts = [`realm=${quoted(realm)}`]
  if (error !== undefined) parts.push(`error=${quoted(error)}`)
  if (errorDescription !== undefined) parts.push(`error_description=${quoted(errorDescription)}`)
  if (scope !== undefined && scope !== '') parts.push(`scope=${quoted(scope)}`)
  return `Bearer ${parts.join(', ')}`
}

/** %x20-21 / %x23-5B / %x5D-7E: printable ASCII without the quote and the backslash. */
function quoted(value: string): string {
  if (!/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/.test(value)) throw new RangeError('not a value for a challenge')
  return `"${value}"`
}
