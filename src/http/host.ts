import { isIPv6 } from 'node:net'
import { memo } from '../memo.ts'

/**
 * The host that a Host value names, as it is compared: lower-cased, without port and one trailing dot.
 * Undefined when the value is not `uri-host [ ":" port ]` (RFC 9110 section 7.2). Stricter than the RFC's
 * reg-name, which allows commas, quotes and escapes: other servers read those as the end of the name.
 */
export function parseHost(value: string): string | undefined {
  return known(value) ?? undefined
}

const known = memo<string | null>((value) => {
  const match = hostAndPort.exec(value)
  if (match === null || Number(match[3] ?? 0) > 65535) return null
  const [, name, address] = match
  if (address !== undefined) return isIPv6(address) ? `[${address.toLowerCase()}]` : null
  return name?.toLowerCase() ?? null
})

/**
 * The port that a Host value names, without leading zeros; undefined when it names none, or none that exists.
 */
export function portOf(value: string): string | undefined {
  return knownPort(value) ?? undefined
}

const knownPort = memo<string | null>((value) => {
  const port = Number(hostAndPort.exec(value)?.[3] ?? 0)
  return port > 0 && port <= 65535 ? String(port) : null
})

const hostAndPort = /^(?:([a-z0-9_~-]+(?:\.[a-z0-9_~-]+)*)\.?|\[([0-9a-f:.]+)\])(?::([0-9]{1,5}))?$/i
