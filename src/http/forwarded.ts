import { isIP, isIPv6 } from 'node:net'
import { memo } from '../memo.ts'
import { parseHost, portOf } from './host.ts'
import { createNetworks } from './networks.ts'

/** Who the client is and how it reached us, for the log and for X-Forwarded-*. */
export type ClientAddress = {
  /** The first untrusted hop, read from the right; the peer itself when it is not trusted. */
  readonly address: string
  /** `X-Forwarded-For/-Proto/-Host/-Port` as the upstream gets them: name, value, name, value, ... */
  readonly headers: readonly string[]
}

export type ForwardedPolicy = {
  /**
   * `peer` is the socket's remote address; `headers` the client's raw list; `host` its Host value as sent.
   */
  client(peer: string, headers: readonly string[], host: string): ClientAddress
}

type Scheme = 'http' | 'https'

export function createForwardedPolicy(options: {
  /** CIDRs whose X-Forwarded-* are believed. Default of the configuration: none. */
  readonly trustedProxies: readonly string[]
  /** Of the listener. */
  readonly tls: boolean
}): ForwardedPolicy {
  const scheme = options.tls ? 'https' : 'http'
  const isTrusted = createNetworks(options.trustedProxies)
  return {
    client(peer, headers, host) {
      const address = normalAddress(peer)
      if (!isTrusted(address)) return described(address, address, scheme, host)
      const claimed = readForwarded(headers)
      const hops = walk(claimed.for, address, isTrusted)
      const claimedHost = agreed(claimed.host)
      return described(
        hops[0] ?? address,
        hops.join(', '),
        schemes.get(agreed(claimed.proto).toLowerCase()) ?? scheme,
        parseHost(claimedHost) === undefined ? host : claimedHost,
      )
    },
  }
}

/**
 * All four describe one address. Its port is the one that the host names, or else the default of the scheme:
 * the listening port and an `X-Forwarded-Port` of a proxy may be those of some machine between, which no
 * client knows.
 */
function described(address: string, hops: string, scheme: Scheme, host: string): ClientAddress {
  return {
    address,
    headers: [
      'X-Forwarded-For',
      hops,
      'X-Forwarded-Proto',
      scheme,
      'X-Forwarded-Host',
      host,
      'X-Forwarded-Port',
      portOf(host) ?? defaultPorts[scheme],
    ],
  }
}

const defaultPorts: Readonly<Record<Scheme, string>> = { http: '80', https: '443' }

/** Some proxies name the protocol of the upgrade instead. */
const schemes: ReadonlyMap<string, Scheme> = new Map<string, Scheme>([
  ['http', 'http'],
  ['https', 'https'],
  ['ws', 'http'],
  ['wss', 'https'],
])

/** IPv4 as such also where a dual-stack socket has it as `::ffff:1.2.3.4`; without an IPv6 zone. */
const normalAddress = memo((address) => {
  const mapped = mappedAddress.exec(address)
  if (mapped?.[1] !== undefined) return mapped[1]
  const zone = address.indexOf('%')
  return zone < 0 ? address : address.slice(0, zone)
})

const mappedAddress = /^::ffff:([0-9]+\.[0-9]+\.[0-9]+\.[0-9]+)$/i

/** Three of the four, each as one text: several fields are one list. X-Forwarded-Port is never read. */
type Forwarded = { for: string; proto: string; host: string }

function readForwarded(headers: readonly string[]): Forwarded {
  const claimed: Forwarded = { for: '', proto: '', host: '' }
  for (let i = 0; i < headers.length; i += 2) {
    const member = memberOf(headers[i] ?? '')
    if (member === 'none') continue
    const value = headers[i + 1] ?? ''
    claimed[member] = claimed[member] === '' ? value : `${claimed[member]},${value}`
  }
  return claimed
}

const memberOf = memo<keyof Forwarded | 'none'>((name) => {
  const literal = name.toLowerCase()
  if (literal === 'x-forwarded-for') return 'for'
  if (literal === 'x-forwarded-proto') return 'proto'
  return literal === 'x-forwarded-host' ? 'host' : 'none'
})

/**
 * The value on which all members of a list agree, letter case aside, as when each proxy of a chain adds its
 * own.
 */
function agreed(list: string): string {
  if (!list.includes(',')) return list.trim()
  const [first = '', ...others] = list.split(',').map((member) => member.trim())
  return others.every((other) => other.toLowerCase() === first.toLowerCase()) ? first : ''
}

/**
 * The hops that trusted proxies vouch for: the first untrusted one in front, the peer last. Every element
 * before that one is the client's own word and is left out; so is everything before an element that is no
 * address.
 */
function walk(forwardedFor: string, peer: string, isTrusted: (address: string) => boolean): string[] {
  const hops = [peer]
  let end = forwardedFor.length
  while (end > 0 && hops.length <= mostHops && isTrusted(hops.at(-1) ?? '')) {
    const comma = forwardedFor.lastIndexOf(',', end - 1)
    const hop = hopAddress(forwardedFor.slice(comma + 1, end))
    if (hop === null) break
    hops.push(hop)
    end = comma
  }
  return hops.reverse()
}

/**
 * No chain of proxies is longer. A client that is let through by one can write a thousand of their addresses.
 */
const mostHops = 32

/** Some proxies add the port to the address, which needs brackets in IPv6. */
const hopAddress = memo<string | null>((element) => {
  const text = element.trim()
  const bracketed = inBrackets.exec(text)?.[1]
  if (bracketed !== undefined) return isIPv6(bracketed) ? normalAddress(bracketed) : null
  const address = normalAddress(withPort.exec(text)?.[1] ?? text)
  return isIP(address) === 0 ? null : address
})

const inBrackets = /^\[([^\]]*)\](?::[0-9]{1,5})?$/
const withPort = /^([0-9.]+):[0-9]{1,5}$/
