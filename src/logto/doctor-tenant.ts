import type { Config } from '../config/config.ts'
import type { LogtoConfig } from '../config/logto-config.ts'
import { type Finding, faultOf, hintOf } from './finding.ts'
import { planOf } from './plan.ts'
import type { Resource, Tenant } from './tenant.ts'

type Case = {
  readonly config: Config
  readonly logto: LogtoConfig
  readonly tenant: Tenant
  /** Ids of permissions that some role for users grants. */
  readonly granted: ReadonlySet<string>
}

/** Longer than this, and a token outlives a suspended user for too long. In seconds. */
const longLifetime = 3600

/** Finds what is wrong with the tenant. Pure. */
export function examineTenant(subject: Case): Finding[] {
  const { tenant, logto } = subject
  const { changes, faults } = planOf(tenant, logto, { prune: false })
  const words = { '+': 'missing', '~': 'different', '-': 'surplus' } as const
  return [
    ...faults.map(faultOf),
    ...changes.map(({ sign, text }) => faultOf(`${words[sign]}: ${text}: run scopegate logto apply`)),
    ...spellingFindings(subject),
    ...grantFindings(subject),
    ...defaultApiFindings(subject),
    ...tenant.resources.flatMap((resource) => resourceFindings(resource, subject)),
    ...clientFindings(subject),
    ...holderFindings(subject),
  ]
}

function spellingFindings({ tenant, logto }: Case): Finding[] {
  const bare = (indicator: string) => indicator.replace(/\/+$/, '').toLowerCase()
  return logto.wanted.resources.flatMap(({ api, indicator }) => {
    if (tenant.resources.some((resource) => resource.indicator === indicator)) return []
    const near = tenant.resources.find((resource) => bare(resource.indicator) === bare(indicator))
    if (near === undefined) return []
    return [
      faultOf(
        `the tenant has ${near.indicator}, and apis.${api}.resource is ${indicator}: they are compared byte ` +
          'for byte, and an identifier cannot be changed at Logto, so write the same in the file',
      ),
    ]
  })
}

function grantFindings({ tenant, logto, granted }: Case): Finding[] {
  return logto.wanted.resources.flatMap(({ api, indicator, needed }) => {
    const scopes = tenant.resources.find((resource) => resource.indicator === indicator)?.scopes ?? []
    return scopes
      .filter(({ id, name }) => needed.includes(name) && !granted.has(id))
      .map(({ name }) =>
        faultOf(
          `no role for users grants ${name} of ${api}, which a route needs: add it to a role under logto.roles`,
        ),
      )
  })
}

function defaultApiFindings({ tenant, logto }: Case): Finding[] {
  const current = tenant.resources.find(({ isDefault }) => isDefault)
  if (current !== undefined && !(URL.canParse(current.indicator) && !current.indicator.includes('#')))
    return [
      faultOf(
        `the Default API ${current.indicator} is no absolute URI, which breaks every sign-in of the tenant: ` +
          'take the flag from it in the console',
      ),
    ]
  if (current !== undefined || logto.wanted.defaultResource !== undefined) return []
  return [hintOf('the tenant has no Default API: clients that send no resource get opaque tokens')]
}

function resourceFindings(resource: Resource, { config, logto }: Case): Finding[] {
  const { indicator, accessTokenTtl, scopes } = resource
  if (!logto.wanted.resources.some((wanted) => wanted.indicator === indicator)) return []
  const findings: Finding[] = []
  const trap = scopes.find(({ name }) => name === 'openid' || name === 'offline_access')
  if (trap !== undefined)
    findings.push(
      faultOf(
        `${indicator} has a permission ${trap.name}: whoever asks for it asks OpenID Connect, and gets an opaque ` +
          'token: delete it in the console, or apply with --prune',
      ),
    )
  if (accessTokenTtl <= 0)
    findings.push(
      faultOf(
        `access tokens of ${indicator} are born expired (TTL ${accessTokenTtl} s): set logto.accessTokenTtl`,
      ),
    )
  else if (accessTokenTtl * 1000 > config.tokens.maxLifetimeMs)
    findings.push(
      faultOf(
        `access tokens of ${indicator} live ${accessTokenTtl} s, longer than tokens.maxLifetime: all are refused`,
      ),
    )
  else if (accessTokenTtl > longLifetime && config.revocation === undefined)
    findings.push(
      faultOf(
        `access tokens of ${indicator} live ${accessTokenTtl} s and nothing revokes them: set logto.accessTokenTtl: 15m, or configure revocation`,
      ),
    )
  return findings
}

/** `clients` that are no application of the tenant admit nobody. */
function clientFindings({ config, logto, tenant }: Case): Finding[] {
  const ids = new Set(tenant.applications.map(({ id }) => id))
  const named = new Set(logto.wanted.applications.map(({ name }) => name))
  const stale = Object.entries(logto.lock?.applications ?? {}).filter(
    ([name, id]) => named.has(name) && !ids.has(id),
  )
  const strange = config.apis
    .filter(({ issuer }) => issuer === logto.issuer)
    .flatMap(({ name, clients = [] }) => clients.map((client) => ({ name, client })))
    .filter(({ client }) => !ids.has(client) && !named.has(client) && !stale.some(([, id]) => id === client))
  return [
    ...stale.map(([name, id]) =>
      faultOf(
        `the file of ids says ${id} for ${name}, which the tenant does not have: run scopegate logto apply`,
      ),
    ),
    ...strange.map(({ name, client }) =>
      faultOf(`apis.${name}.clients names ${client}, which is no application of the tenant: correct it`),
    ),
  ]
}

function holderFindings({ logto, tenant }: Case): Finding[] {
  const suspended = [...tenant.users].filter(([, users]) => users.some(({ isSuspended }) => isSuspended))
  const bare = logto.wanted.applications.filter(
    ({ type, roles, allowTokenExchange }) =>
      type === 'MachineToMachine' && roles.length === 0 && allowTokenExchange !== true,
  )
  return [
    ...suspended.map(([name]) =>
      faultOf(`user ${name} is suspended and gets no token: resume in the console`),
    ),
    ...bare.map(({ name }) => hintOf(`application ${name} has no role: its tokens hold no scope`)),
  ]
}
