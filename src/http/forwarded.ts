import { BlockList, isIP } from 'node:net'
import type { RawHeaders } from './headers.ts'

/** Who the client is and how it reached us, for the log and for X-Forwarded-*. */
export type ClientAddress = {
  /** The first untrusted hop, read from the right; the peer itself when it is not trusted. */
  readonly address: string
  /** `X-Forwarded-For/-Proto/-Host/-Port` as the upstream gets them: name, value, name, value, ... */
  readonly headers: readonly string[]
}

export type ForwardedPolicy = {
  /** `peer` is the socket's remote address; `headers` the client's raw list; `host` its Host value as sent. */
  client(peer: string, headers: RawHeaders, host: string): ClientAddress
}

/** Believes X-Forwarded-For/-Proto/-Host/-Port from trusted proxies only, and extends them; others are written afresh. */
export function createForwardedPolicy(options: {
  readonly trustedProxies: readonly string[]
  /** Of the listener. */
  readonly tls: boolean
  readonly port: () => number
}): ForwardedPolicy {
  const trusted = blockList(options.trustedProxies)
  const isTrusted = (address: string) => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  const proto = options.tls ? 'https' : 'http'
  return {
    client(peerAddress, headers, host) {
      const peer = unmapped(peerAddress)
      const own = { proto, host, port: String(options.port()) }
      if (options.trustedProxies.length === 0 || isIP(peer) === 0 || !isTrusted(peer)) {
        return { address: peer, headers: list(peer, own) }
      }
      const hops = believedHops(valuesOf(headers, 'x-forwarded-for'), isTrusted)
      return { address: hops[0] ?? peer, headers: list([...hops, peer].join(', '), believed(headers, own)) }
    },
  }
}

type Reached = { readonly proto: string; readonly host: string; readonly port: string }

function list(chain: string, { proto, host, port }: Reached): string[] {
  return [
    'X-Forwarded-For',
    chain,
    'X-Forwarded-Proto',
    proto,
    'X-Forwarded-Host',
    host,
    'X-Forwarded-Port',
    port,
  ]
}

/** From the right up to and with the first untrusted hop; what stands left of it, or is no address, is hearsay. */
function believedHops(values: readonly string[], isTrusted: (address: string) => boolean): string[] {
  const hops: string[] = []
  for (const text of values.join(',').split(',').reverse()) {
    const address = unmapped(text.trim())
    if (isIP(address) === 0) break
    hops.unshift(address)
    if (!isTrusted(address)) break
  }
  return hops
}

function believed(headers: RawHeaders, own: Reached): Reached {
  const one = (name: string, grammar: RegExp) => {
    const values = valuesOf(headers, name)
    const value = values.length === 1 ? values[0] : undefined
    return value !== undefined && grammar.test(value) ? value : undefined
  }
  return {
    proto: one('x-forwarded-proto', /^https?$/) ?? own.proto,
    host: one('x-forwarded-host', /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/) ?? own.host,
    port: one('x-forwarded-port', /^\d{1,5}$/) ?? own.port,
  }
}

function valuesOf(headers: RawHeaders, lowerCaseName: string): string[] {
  const values: string[] = []
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() === lowerCaseName) values.push(headers[i + 1] ?? '')
  }
  return values
}

/** An IPv4 peer on a dual-stack socket arrives as `::ffff:192.0.2.1`. */
function unmapped(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address
}

function blockList(cidrs: readonly string[]): BlockList {
  const blocks = new BlockList()
  for (const cidr of cidrs) {
    const [address = '', prefix] = cidr.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    blocks.addSubnet(address, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family)
  }
  return blocks
}
