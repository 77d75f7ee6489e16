export type TokenShape = 'jwt' | 'jwe' | 'malformed' | 'opaque'

/**
 * What a token is, by its shape alone and once: a JWT that fails is never tried as anything else. Three canonical base64url
 * parts are a JWT, five a JWE. For Logto whatever else holds a dot is malformed: its opaque tokens hold none.
 */
export function shapeOf(tokenText: string, isLogto: boolean): TokenShape {
  const parts = tokenText.split('.', 6)
  if (parts.length === 5) return 'jwe'
  if (parts.length === 3 && parts[0] !== '' && parts[1] !== '' && parts.every(isCanonicalBase64url))
    return 'jwt'
  if (parts.length === 1) return 'opaque'
  return isLogto || parts.length === 3 ? 'malformed' : 'opaque'
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** No padding, no foreign character, and spare bits zero: one byte sequence has one spelling (RFC 4648 section 3.5). */
function isCanonicalBase64url(part: string): boolean {
  if (!/^[A-Za-z0-9_-]*$/.test(part)) return false
  const last = alphabet.indexOf(part.at(-1) ?? 'A')
  const rest = part.length % 4
  if (rest === 1) return false
  return rest === 0 || last % (rest === 2 ? 16 : 4) === 0
}
