import { BlockList, isIP } from 'node:net'
import { memo } from '../memo.ts'
import { parseHost } from './host.ts'

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

export function createForwardedPolicy(options: {
  /** CIDRs whose X-Forwarded-* are believed. Default of the configuration: none. */
  readonly trustedProxies: readonly string[]
  /** Of the listener. */
  readonly tls: boolean
  readonly port: () => number
}): ForwardedPolicy {
  const proto = options.tls ? 'https' : 'http'
  const isTrusted = trustOf(options.trustedProxies)
  let port: string | undefined
  return {
    client(peer, headers, host) {
      const address = normalAddress(peer)
      // The listener has its port by the time that a request comes, and keeps it.
      port ??= String(options.port())
      if (!isTrusted(address)) return described(address, address, proto, host, port)
      const said = readForwarded(headers)
      const hops = walk(said.for, address, isTrusted)
      return described(
        hops[0] ?? address,
        hops.join(', '),
        protocol.test(said.proto) ? said.proto.toLowerCase() : proto,
        parseHost(said.host) === undefined ? host : said.host,
        isPort(said.port) ? said.port : port,
      )
    },
  }
}

function described(address: string, hops: string, proto: string, host: string, port: string): ClientAddress {
  return {
    address,
    headers: [
      'X-Forwarded-For',
      hops,
      'X-Forwarded-Proto',
      proto,
      'X-Forwarded-Host',
      host,
      'X-Forwarded-Port',
      port,
    ],
  }
}

function trustOf(trustedProxies: readonly string[]): (address: string) => boolean {
  if (trustedProxies.length === 0) return () => false
  const trusted = new BlockList()
  for (const cidr of trustedProxies) {
    const [network = '', prefix] = cidr.split('/')
    const family = isIP(network) === 6 ? 'ipv6' : 'ipv4'
    trusted.addSubnet(network, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family)
  }
  return memo((address) => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'))
}

/** IPv4 as such also where a dual-stack socket has it as `::ffff:1.2.3.4`; without an IPv6 zone. */
const normalAddress = memo((address) => {
  const mapped = mappedAddress.exec(address)
  if (mapped?.[1] !== undefined) return mapped[1]
  const zone = address.indexOf('%')
  return zone < 0 ? address : address.slice(0, zone)
})

const mappedAddress = /^::ffff:([0-9]+\.[0-9]+\.[0-9]+\.[0-9]+)$/i

/**
 * Each of the four as one text; several fields are joined, so that for all but the first they count as not
 * well-formed.
 */
type Forwarded = { for: string; proto: string; host: string; port: string }

function readForwarded(headers: readonly string[]): Forwarded {
  const said: Forwarded = { for: '', proto: '', host: '', port: '' }
  for (let i = 0; i < headers.length; i += 2) {
    const member = memberOf(headers[i] ?? '')
    if (member === 'none') continue
    const value = headers[i + 1] ?? ''
    said[member] = said[member] === '' ? value : `${said[member]},${value}`
  }
  return said
}

const memberOf = memo<keyof Forwarded | 'none'>((name) => {
  const literal = name.toLowerCase()
  if (literal === 'x-forwarded-for') return 'for'
  if (literal === 'x-forwarded-proto') return 'proto'
  if (literal === 'x-forwarded-host') return 'host'
  return literal === 'x-forwarded-port' ? 'port' : 'none'
})

/**
 * The hops that trusted proxies vouch for, the first untrusted one in front, the peer last. What stands left
 * of it is the client's own word and is left out; so is everything from a text on that is no address.
 */
function walk(forwardedFor: string, peer: string, isTrusted: (address: string) => boolean): string[] {
  const hops = [peer]
  const elements = forwardedFor.split(',')
  for (let i = elements.length - 1; i >= 0 && isTrusted(hops[0] ?? ''); i--) {
    const hop = normalAddress((elements[i] ?? '').trim())
    if (isIP(hop) === 0) break
    hops.unshift(hop)
  }
  return hops
}

const protocol = /^https?$/i

function isPort(value: string): boolean {
  return /^[1-9][0-9]{0,4}$/.test(value) && Number(value) <= 65535
}
