/** The form of a token's text. */
export type TokenForm =
  | 'jwt'
  | 'encrypted'
  | 'malformed'
  | 'opaque'
  | 'placeholder'
  | 'personalAccessToken'
  | 'impersonationToken'
  | 'notFromLogto'

/**
 * Tells by the text alone, and once, how a token is verified: a JWT that fails is never tried as anything
 * else. Three canonical base64url parts are a JWT, five an encrypted one. Of the other texts Logto's opaque
 * tokens have one form, and what has none of Logto's forms is never taken for one. For another issuer the
 * rest is opaque, unless it starts as every JWT does: a respelled JWT gets no second chance.
 */
export function formOf(tokenText: string, isLogto: boolean): TokenForm {
  if (placeholders.has(tokenText)) return 'placeholder'
  const parts = tokenText.split('.', 6)
  if (parts.length === 5) return 'encrypted'
  if (parts.length === 3 && parts[0] !== '' && parts[1] !== '' && parts.every(isCanonicalBase64url)) {
    return 'jwt'
  }
  if (parts.length > 1) return isLogto || tokenText.startsWith(jsonObjectStart) ? 'malformed' : 'opaque'
  return isLogto ? formAtLogto(tokenText) : 'opaque'
}

/** The words that JavaScript, Python, Go and Ruby print where a token is missing. */
const placeholders: ReadonlySet<string> = new Set(['undefined', 'null', 'None', 'nil', 'NaN'])

/** `{"` in base64url. */
const jsonObjectStart = 'eyJ'

function formAtLogto(tokenText: string): TokenForm {
  if (/^pat_[\w-]{32,}$/.test(tokenText)) return 'personalAccessToken'
  if (/^[\w-]{43}$/.test(tokenText)) return 'opaque'
  return tokenText.startsWith('sub_') ? 'impersonationToken' : 'notFromLogto'
}

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
