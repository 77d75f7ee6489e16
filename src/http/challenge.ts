import { scopeList } from './scope-token.ts'

/**
 * Value of a WWW-Authenticate header (RFC 6750 section 3). Throws a RangeError on characters that the grammar
 * does not allow: a value is built from configuration and static text, so one that cannot be written is a
 * mistake in either.
 */
export function challenge(options: {
  readonly realm: string
  readonly error?: 'invalid_request' | 'invalid_token' | 'insufficient_scope'
  readonly errorDescription?: string
  readonly scope?: string
  /** URL of the metadata of the protected resource (RFC 9728 section 5.1). */
  readonly resourceMetadata?: string
}): string {
  const { realm, error, errorDescription, scope, resourceMetadata } = options
  let value = `Bearer realm="${quoted('realm', realm)}"`
  if (error !== undefined) value += `, error="${error}"`
  if (errorDescription !== undefined) {
    value += `, error_description="${checked('error_description', errorDescription, description)}"`
  }
  if (scope !== undefined) value += `, scope="${checked('scope', scope, scopeList)}"`
  if (resourceMetadata !== undefined)
    value += `, resource_metadata="${quoted('resource_metadata', resourceMetadata)}"`
  return value
}

const description = /^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/
const printable = /^[\t\x20-\x7e]*$/

/** Content of a quoted-string (RFC 9110 section 5.6.4). */
function quoted(name: string, text: string): string {
  return checked(name, text, printable).replace(/["\\]/g, '\\$&')
}

function checked(name: string, text: string, grammar: RegExp): string {
  if (!grammar.test(text)) throw new RangeError(`A character in ${name} cannot stand in a challenge`)
  return text
}
