import { memo } from '../memo.ts'

/** Lower-cased, every character outside `[a-z0-9]` as `-`: how header aliases are found. */
export function foldName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '-')
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

/** True for the name of a hop-by-hop field (RFC 9110 section 7.6.1), in any case. */
export const isHopByHop: (name: string) => boolean = memo((name) =>
  hopByHopNames.includes(name.toLowerCase()),
)
