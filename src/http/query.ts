/** True when the query of a POST names another method with `_method`: many frameworks would obey it. */
export function queryOverridesMethod(method: string, query: string): boolean {
  if (method !== 'POST') return false
  return parameters(query, '_method').some((value) => value.toUpperCase() !== method)
}

/** True when the query holds a parameter `access_token`, in any percent-encoded spelling (RFC 6750 section 2.3). */
export function queryHoldsToken(query: string): boolean {
  return parameters(query, 'access_token').length > 0
}

/** Values of a parameter, its name compared after decoding; `;` separates too, as some servers have it. */
function parameters(query: string, name: string): string[] {
  if (!query.includes(name) && !query.includes('%') && !query.includes('+')) return []
  return query
    .split(/[&;]/)
    .map((pair) => pair.split('='))
    .filter(([key = '']) => decoded(key).trim() === name)
    .map(([, ...value]) => decoded(value.join('=')))
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
