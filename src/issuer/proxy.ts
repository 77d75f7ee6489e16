import { BlockList, isIP } from 'node:net'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The proxy for a URL: the configured one, else the one that the environment names, as curl and others read
 * it. Undefined when there is none. Throws an Error with a message for the operator.
 */
export function proxyFor(
  url: URL,
  configured: string | undefined,
  environment: Environment,
): URL | undefined {
  const text = configured ?? proxyOf(url, environment)
  if (text === undefined) return undefined
  const proxy = text.includes('://') ? text : `http://${text}`
  if (URL.canParse(proxy) && /^https?:/i.test(proxy)) return new URL(proxy)
  throw new Error('the proxy that HTTPS_PROXY or HTTP_PROXY names is no http or https URL: correct it')
}

function proxyOf(url: URL, environment: Environment): string | undefined {
  const read = (name: string) => environment[name.toLowerCase()] || environment[name] || undefined
  const proxy = read(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY')
  return proxy !== undefined && !isExempt(url, read('NO_PROXY') ?? '') ? proxy : undefined
}

/**
 * `NO_PROXY`: names with all below them, addresses, networks, each with a port or without; `*` exempts
 * everything.
 */
function isExempt(url: URL, exempt: string): boolean {
  const host = hostOf(url)
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return exempt
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => entry === '*' || covers(entry.toLowerCase(), host, port))
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry.includes('/')) return isIP(host) !== 0 && isInNetwork(host, entry)
  const [, bracketed, plain, entryPort = port] = /^(?:\[(.*)\]|(.*?))(?::(\d+))?$/.exec(entry) ?? []
  const name = isIP(entry) === 6 ? entry : (bracketed ?? plain ?? '').replace(/^\*?\./, '')
  if (name === '' || (isIP(entry) !== 6 && entryPort !== port)) return false
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`))
}

function isInNetwork(address: string, network: string): boolean {
  const [start = '', bits] = network.split('/')
  const family = (ip: string) => (isIP(ip) === 6 ? 'ipv6' : 'ipv4')
  try {
    const list = new BlockList()
    list.addSubnet(start, Number(bits), family(start))
    return list.check(address, family(address))
  } catch {
    // It is no network: then it exempts nothing.
    return false
  }
}

/** As `node:net` takes it: an IPv6 address without brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
}
