import type { Line } from '../rounds.ts'
import type { Side, Tenant } from './tenant.ts'
import { tenantPath } from './tenant-config.ts'

/** A line for a token of each issuer, with what it is called. */
export function sideLines({ jwt }: Tenant, names: Readonly<Record<Side, string>>): Line[] {
  return (['here', 'away'] as const).map((side) => ({
    id: side,
    name: names[side],
    load: { paths: [tenantPath(side)], headers: { Authorization: `Bearer ${jwt[side]}` } },
  }))
}
