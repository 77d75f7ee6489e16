/** Deeper nesting than this is no claim set but an attack on the reader. */
const depthLimit = 32

/**
 * JSON object → null-prototype objects, or undefined when the bytes are not UTF-8, not one JSON object, nested too deep, or
 * when any object in them has a member twice: two readers could then see two different tokens.
 */
export function parseStrictJson(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    if (!isShallow(text)) return undefined
    const value: unknown = JSON.parse(text)
    if (!isObject(value) || hasDuplicates(text)) return undefined
    return withoutPrototype(value)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g

function isShallow(text: string): boolean {
  let depth = 0
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') depth += 1
    if (token === '}' || token === ']') depth -= 1
    if (depth > depthLimit) return false
  }
  return true
}

/** Assumes valid JSON: a string directly before a colon is a member name. */
function hasDuplicates(text: string): boolean {
  const open: Set<string>[] = []
  let previous = ''
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') open.push(new Set())
    if (token === '}' || token === ']') open.pop()
    if (token === ':') {
      const name = String(JSON.parse(previous))
      const names = open.at(-1)
      if (names?.has(name)) return true
      names?.add(name)
    }
    previous = token
  }
  return false
}

function withoutPrototype(value: Record<string, unknown>): Record<string, unknown> {
  const copy: Record<string, unknown> = Object.create(null)
  for (const name of Object.keys(value)) copy[name] = value[name]
  return copy
}
