/** The form of a token's text. */
export type TokenForm = 'jwt' | 'jwe' | 'malformed' | 'opaque'

/**
 * Tells by the text alone, and once, how a token is verified: a JWT that fails is never tried as anything
 * else. Three canonical base64url parts are a JWT, five a JWE. For Logto every other text that holds a dot is
 * malformed, because its opaque tokens hold none. For other issuers it is opaque, unless it starts as every
 * JWT does: a respelled JWT gets no second chance.
 */
export function formOf(tokenText: string, isLogto: boolean): TokenForm {
  const parts = tokenText.split('.', 6)
  if (parts.length === 1) return 'opaque'
  if (parts.length === 5) return 'jwe'
  if (parts.length === 3 && parts[0] !== '' && parts[1] !== '' && parts.every(isCanonicalBase64url)) {
    return 'jwt'
  }
  return isLogto || tokenText.startsWith(jsonObjectStart) ? 'malformed' : 'opaque'
}

/** `{"` in base64url. */
const jsonObjectStart = 'eyJ'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const base64url = /^[A-Za-z0-9_-]*$/

/**
 * True without padding and foreign characters, and with spare bits of zero: one byte sequence then has one
 * spelling (RFC 4648 section 3.5).
 */
function isCanonicalBase64url(part: string): boolean {
  const rest = part.length % 4
  if (rest === 1 || !base64url.test(part)) return false
  const last = alphabet.indexOf(part.at(-1) ?? 'A')
  return rest === 0 || last % (rest === 2 ? 16 : 4) === 0
}
