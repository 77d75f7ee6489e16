import { isJsonObject } from '../../issuer/json-object.ts'

/**
 * Most objects and arrays within each other. Deeper nesting is no claim set but an attack on whoever reads
 * it.
 */
const claimsDepth = 32

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Parses one JSON object into objects without a prototype. Undefined when the bytes are not UTF-8 (RFC 7519
 * section 7.2), start with a byte order mark, are not one JSON object, or are nested deeper than
 * `depthLimit`, and when any object in them has a member twice: two readers could then see two tokens.
 */
export function parseStrictJson(
  bytes: Uint8Array,
  depthLimit = claimsDepth,
): Record<string, unknown> | undefined {
  try {
    const text = utf8.decode(bytes)
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) && isStrict(text, depthLimit) ? withoutPrototype(value) : undefined
  } catch {
    return undefined
  }
}

/**
 * True when no object has a duplicate member and nothing is nested too deep. Takes valid JSON only. The text
 * is read in one pass by hand: a regular expression needs quadratic time for a string of quotes, which
 * anybody may send.
 */
function isStrict(json: string, depthLimit: number): boolean {
  const open: (Set<string> | undefined)[] = []
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case '{':
      case '[':
        if (open.push(json[at] === '{' ? new Set() : undefined) > depthLimit) return false
        break
      case '}':
      case ']':
        open.pop()
        break
      case '"': {
        const end = endOfString(json, at)
        if (isMemberName(json, end) && !addName(open.at(-1), json.slice(at, end + 1))) return false
        at = end
      }
    }
  }
  return true
}

function endOfString(json: string, start: number): number {
  let at = start + 1
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at
}

function isMemberName(json: string, endOfName: number): boolean {
  let at = endOfName + 1
  while (json[at] === ' ' || json[at] === '\t' || json[at] === '\n' || json[at] === '\r') at++
  return json[at] === ':'
}

/** False when the name is there already, in whatever spelling: `"\u0061lg"` is `"alg"`. */
function addName(names: Set<string> | undefined, quoted: string): boolean {
  const name = String(JSON.parse(quoted))
  if (names === undefined || names.has(name)) return false
  names.add(name)
  return true
}

/**
 * Takes the prototype off the objects that JSON.parse just made, where `__proto__` is a member like any
 * other. Copies into `Object.create(null)` would be hash tables, which cost a cached token half a kilobyte
 * more.
 */
function withoutPrototype<T extends object>(value: T): T {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) withoutPrototype(member)
  }
  return Array.isArray(value) ? value : Object.setPrototypeOf(value, null)
}
