/** Lower-cased, every character outside `[a-z0-9]` as `-`: how header aliases are found. */
export function foldName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '-')
}

/** True for hop-by-hop field names (RFC 9110 section 7.6.1), any case. */
export function isHopByHop(name: string): boolean {
  return hopByHop(name)
}

/** Names of hop-by-hop fields, folded. */
export const hopByHopNames: readonly string[] = [
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/**
 * Remembers what a field name as sent means: the few names that clients really send cost one lookup each. Names that
 * nobody repeats push the others out for a moment, but never take memory.
 */
export function rememberByName<T>(classify: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>()
  return (name) => {
    const found = known.get(name)
    if (found !== undefined) return found
    const value = classify(name)
    if (name.length > 64) return value
    if (known.size >= 1000) known.clear()
    known.set(name, value)
    return value
  }
}

const hopByHop = rememberByName((name) => hopByHopNames.includes(name.toLowerCase()))
