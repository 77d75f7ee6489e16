/**
 * How precisely `hosts` names a host: exact names above wildcards, longer wildcards above shorter ones, any
 * host last. -1 when it does not.
 */
export function hostRank(hosts: readonly string[], hostName: string): number {
  if (hosts.length === 0) return 0
  let rank = -1
  for (const host of hosts) {
    if (host === hostName) return Number.MAX_SAFE_INTEGER
    if (host.startsWith('*.') && hostName.length > host.length - 1 && hostName.endsWith(host.slice(1))) {
      rank = Math.max(rank, host.length)
    }
  }
  return rank
}

/** True when some host is named by both lists. */
export function hostsMeet(first: readonly string[], second: readonly string[]): boolean {
  if (first.length === 0 || second.length === 0) return true
  return first.some((a) => second.some((b) => a === b || isBelowHost(a, b) || isBelowHost(b, a)))
}

/** `api.example.com` and `*.api.example.com` are below `*.example.com`. */
function isBelowHost(host: string, wildcard: string): boolean {
  return wildcard.startsWith('*.') && host.length > wildcard.length - 1 && host.endsWith(wildcard.slice(1))
}
