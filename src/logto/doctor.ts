import type { Config } from '../config/config.ts'
import type { LogtoConfig } from '../config/logto-config.ts'
import type { IssuerOptions } from '../issuer/options.ts'
import { examineIssuer } from './doctor-issuer.ts'
import { examineTenant } from './doctor-tenant.ts'
import { type Finding, faultOf } from './finding.ts'
import type { Management } from './management.ts'
import { ManagementFault } from './management-fault.ts'
import { readTenant } from './read-tenant.ts'
import type { Tenant } from './tenant.ts'

export type Patient = {
  readonly config: Config
  readonly logto: LogtoConfig
  readonly issuer: IssuerOptions
  readonly management: Management
}

/** Everything that is wrong between the file, the issuer and the tenant. It changes nothing. */
export async function examine(patient: Patient): Promise<Finding[]> {
  return [...(await examineIssuer(patient)), ...(await examineAccount(patient))]
}

async function examineAccount({ config, logto, management }: Patient): Promise<Finding[]> {
  try {
    if ((await management.scope()) === undefined)
      return [
        faultOf(
          'the token of logto.management holds no scope: give the application the role ' +
            'Logto Management API access in the console',
        ),
      ]
    const tenant = await readTenant(management, logto)
    const granted = await grantedElsewhere(management, logto, tenant)
    return examineTenant({ config, logto, tenant, granted })
  } catch (error) {
    if (!(error instanceof ManagementFault)) throw error
    return [faultOf(error.message)]
  }
}

/** Ids of permissions that users' roles unknown to the file grant; asked only where it matters. */
async function grantedElsewhere(
  management: Management,
  { wanted }: LogtoConfig,
  tenant: Tenant,
): Promise<ReadonlySet<string>> {
  const ofUsers = tenant.roles.filter(({ type }) => type === 'User')
  const granted = new Set(ofUsers.flatMap(({ scopeIds }) => scopeIds))
  const isNeeded = wanted.resources.some(({ indicator, needed }) =>
    tenant.resources
      .find((resource) => resource.indicator === indicator)
      ?.scopes.some(({ id, name }) => needed.includes(name) && !granted.has(id)),
  )
  const named = new Set(wanted.roles.map(({ name }) => name))
  for (const { id, name } of isNeeded ? ofUsers : []) {
    if (named.has(name)) continue
    const scopes = await management.read(`roles/${id}/scopes`)
    for (const scope of Array.isArray(scopes) ? scopes : []) granted.add(String(scope?.id))
  }
  return granted
}
