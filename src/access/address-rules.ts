import { createNetworks } from '../http/networks.ts'
import type { RouteTable, TableRoute } from '../route/table.ts'
import type { Refusal } from './decision.ts'

/** The APIs that only clients in certain networks may ask. They name a network, and never a user. */
export type AddressRules = {
  /** The refusal of a client from elsewhere. Asked before a route or a token is looked at. */
  refusal(hostName: string, path: string, address: string): Refusal<never> | undefined
}

export type AddressRulesOptions = {
  readonly table: Pick<RouteTable<TableRoute>, 'findApi'>
  readonly apis: readonly { readonly name: string; readonly from?: readonly string[] }[]
}

/** Undefined where every API is open to any address, so that requests pay nothing. */
export function createAddressRules({ table, apis }: AddressRulesOptions): AddressRules | undefined {
  const rules = new Map(
    apis.flatMap(({ name, from }) =>
      from === undefined ? [] : [[name, { isAllowed: createNetworks(from), refused: refusalOf(name) }]],
    ),
  )
  if (rules.size === 0) return undefined
  return {
    refusal(hostName, path, address) {
      const rule = rules.get(table.findApi(hostName, path) ?? '')
      return rule === undefined || rule.isAllowed(address) ? undefined : rule.refused
    },
  }
}

function refusalOf(api: string): Refusal<never> {
  return {
    outcome: 'refuse',
    code: 'address_not_allowed',
    detail: 'This API is for clients of certain networks, and the address of this client is in none of them',
    api,
  }
}
