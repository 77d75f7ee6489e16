import { foldName } from './field-name.ts'

/**
 * True when the query of a POST names another method with `_method`: an upstream that obeys it would serve a
 * request that was not authorized. PHP reads `.method`, `+method` and `[method` as the same name.
 */
export function queryOverridesMethod(method: string, query: string): boolean {
  if (method !== 'POST' || !mayName(query, 'method')) return false
  return someParameter(query, (name, value) => foldName(name) === '-method' && value.toUpperCase() !== method)
}

/** True when the query holds a parameter `access_token`, in any percent-encoded spelling. */
export function queryHoldsToken(query: string): boolean {
  return mayName(query, 'access_token') && someParameter(query, (name) => name === 'access_token')
}

function mayName(query: string, name: string): boolean {
  return query.includes('%') || query.toLowerCase().includes(name)
}

function someParameter(query: string, test: (name: string, value: string) => boolean): boolean {
  return query.split(/[&;]/).some((pair) => {
    const equals = pair.indexOf('=')
    if (equals < 0) return test(decode(pair), '')
    return test(decode(pair.slice(0, equals)), decode(pair.slice(equals + 1)))
  })
}

/** Byte by byte, and lenient: the names looked for are ASCII. */
function decode(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
