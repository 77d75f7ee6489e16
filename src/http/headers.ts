/**
 * A header list as it stood on the wire: name, value, name, value, ... in order, names as sent, values latin1.
 * The only form in which this gateway reads or writes headers: duplicates stay visible.
 */
export type RawHeaders = readonly string[]

/** Lower-cased, every character outside `[a-z0-9]` as `-`, none at the ends: how header aliases are found. */
export function foldName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}

/** Names of RFC 9110 section 7.6.1 and their kin: they concern one connection and are never relayed. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])

/** True for hop-by-hop field names, given in lower case. */
export function isHopByHop(lowerCaseName: string): boolean {
  return hopByHop.has(lowerCaseName)
}
