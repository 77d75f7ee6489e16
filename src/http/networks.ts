import { BlockList, isIP } from 'node:net'
import { memo } from '../memo.ts'

/** Tells whether an address is in one of these networks, in CIDR. What is no address is in none. */
export function createNetworks(cidrs: readonly string[]): (address: string) => boolean {
  if (cidrs.length === 0) return () => false
  const networks = new BlockList()
  for (const cidr of cidrs) {
    const [network = '', prefix] = cidr.split('/')
    const family = isIP(network) === 6 ? 'ipv6' : 'ipv4'
    networks.addSubnet(network, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family)
  }
  return memo((address) => {
    const version = isIP(address)
    return version !== 0 && networks.check(address, version === 6 ? 'ipv6' : 'ipv4')
  })
}
