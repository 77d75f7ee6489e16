import { isIPv6 } from 'node:net'
import type { FacadeConfig } from '../../config/chatgpt-config.ts'
import { createRateLimit } from './rate-limit.ts'

/** How often the facade is used. It outlives reloads, and is counted in each worker by itself. */
export type FacadeLimits = {
  /** Sign-ins that an address begins, and its token requests that fail. */
  readonly perAddress: AddressLimit
  readonly total: TotalLimit
}

export type AddressLimit = {
  /** Whole seconds until this address may come again; 0 when it may now. */
  waitSeconds(address: string): number
  add(address: string): void
}

export type TotalLimit = {
  /** Counts so many requests to the authorization server and gives 0, or gives the seconds to wait. */
  take(count: number): number
}

export function createFacadeLimits({ perAddress, total }: FacadeConfig['limits']): FacadeLimits {
  const addresses = createRateLimit(perAddress)
  const all = createRateLimit(total)
  return {
    perAddress: {
      waitSeconds: (address) => addresses.waitSeconds(networkOf(address)),
      add: (address) => addresses.add(networkOf(address)),
    },
    total: {
      take(count) {
        const seconds = all.waitSeconds('', count)
        if (seconds === 0) all.add('', count)
        return seconds
      },
    },
  }
}

/** One client has 2^64 addresses of IPv6: they count as one. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const [front = '', back] = address.toLowerCase().split('::')
  const groups = front.split(':').filter((group) => group !== '')
  const behind = back?.split(':').filter((group) => group !== '') ?? []
  const zeros = back === undefined ? 0 : Math.max(8 - groups.length - behind.length, 0)
  return [...groups, ...Array<string>(zeros).fill('0'), ...behind].slice(0, 4).join(':')
}
