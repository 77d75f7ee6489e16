import type { GatewayPlace } from './gateway-config.ts'
import { ownClient, resources, type Side, type Tenant } from './tenant.ts'

export type TenantOptions = {
  readonly opaque?: 'introspect' | 'userinfo' | 'exchange'
  /** Users of the tenant are looked up. */
  readonly profile?: boolean
  /** Cut-offs, one a line. */
  readonly revocationFile?: string
}

/** Needs the scope `read`. */
export const tenantPath = (side: Side) => `/${side}/42`
/** Needs a token, whatever its scopes. */
export const openPath = (side: Side) => `/${side}/open/42`

const secret = 'a secret of the benchmark'

/**
 * Two APIs of the same form, one for tokens of the tenant, one for those of an issuer that nothing is known
 * of: two tokens in one process tell what the difference costs. Between two processes one microsecond is not
 * to be seen.
 */
export function tenantConfig(tenant: Tenant, options: TenantOptions) {
  const { opaque = 'explain', profile = false, revocationFile } = options
  const { url, jwksFile } = tenant
  const lookUp = '  profile: { from: management, headers: { X-User-Email: primaryEmail, X-User-Name: name } }'
  return ({ port, adminPort, upstreamPort }: GatewayPlace): string => `listen: 127.0.0.1:${port}
admin: { listen: "127.0.0.1:${adminPort}" }
issuers:
  here: { logto: "${url}", jwksFile: ${jwksFile}, client: { id: ${ownClient}, secret: ${secret} } }
  away: { url: "${tenant.awayIssuer}", jwksFile: ${jwksFile} }
tokens: { opaque: ${opaque} }
identity:
  headers: { X-User-Id: sub, X-User-Scopes: scope, X-Client-Id: client_id, X-Issuer: iss }
${profile ? lookUp : ''}
${profile ? `logto: { management: { id: management, secret: ${secret} } }` : ''}
${revocationFile === undefined ? '' : `revocation: { file: ${revocationFile} }`}
apis:
${apiConfig('here', upstreamPort, opaque === 'userinfo' ? '' : 'clients: [chatgpt]')}
${apiConfig('away', upstreamPort, opaque === 'userinfo' ? '' : 'clients: [chatgpt]')}
`
}

function apiConfig(side: Side, upstreamPort: number, clients: string): string {
  return `  ${side}:
    issuer: ${side}
    resource: ${resources[side]}
    upstream: "http://127.0.0.1:${upstreamPort}"
    path: /${side}
    ${clients}
    routes: { "/${side}/{id}": read, "/${side}/open/{id}": authenticated }`
}
