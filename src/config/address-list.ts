import { isJsonObject } from '../issuer/json-object.ts'

/** Networks as they are written, or the reason why there are none. */
export type AddressList = { readonly networks: readonly string[] } | { readonly problem: string }

/** More make a look-up slow, and a list this long is another file. */
const most = 10_000

/**
 * Reads a list of networks: the JSON in which OpenAI publishes its addresses, a JSON list of them, or one a
 * line, where `#` begins a comment. `isNetwork` tells an address or a CIDR.
 */
export function parseAddressList(text: string, isNetwork: (text: string) => boolean): AddressList {
  const content = text.replace(/^\ufeff/, '').trim()
  const entries = /^[[{]/.test(content) ? jsonEntries(content) : lineEntries(content)
  if (entries === undefined)
    return { problem: 'is no list of networks: write {"prefixes": [...]}, [...], or one network a line' }
  if (entries.length === 0) return { problem: 'names no network, so that nobody could ask this API' }
  if (entries.length > most) return { problem: `names more than ${most} networks` }
  const wrong = entries.find(({ network }) => network === undefined || !isNetwork(network))
  if (wrong !== undefined)
    return { problem: `names no address and no CIDR such as 10.0.0.0/8 at ${wrong.place}` }
  return { networks: entries.flatMap(({ network = [] }) => network) }
}

type Entry = { readonly network: string | undefined; readonly place: string }

function lineEntries(content: string): Entry[] {
  return content.split(/\r\n|\n|\r/).flatMap((line, i) => {
    const network = line.replace(/#.*$/, '').trim()
    return network === '' ? [] : [{ network, place: `line ${i + 1}` }]
  })
}

function jsonEntries(content: string): Entry[] | undefined {
  const value = parsed(content)
  const list = isJsonObject(value) ? value['prefixes'] : value
  return Array.isArray(list)
    ? list.map((entry, i) => ({ network: networkOf(entry), place: `entry ${i + 1}` }))
    : undefined
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}

/** OpenAI, Google and others write each network as a map of one member. */
function networkOf(entry: unknown): string | undefined {
  const network = isJsonObject(entry) ? (entry['ipv4Prefix'] ?? entry['ipv6Prefix']) : entry
  return typeof network === 'string' ? network : undefined
}
