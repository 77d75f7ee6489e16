import type { Provider, TokenEndpointGrantContext } from 'oidc-provider'
import { actorOf } from './actor.ts'
import { type SubjectOptions, subjectOf } from './exchange-subject.ts'
import { organizationIdOf, organizationsResource } from './organization-request.ts'
import { resourceServer } from './resource-server.ts'

export const exchangeGrantType = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** `audience` and `requested_token_type` are known, and ignored. */
const parameters = [
  ...['subject_token', 'subject_token_type', 'actor_token', 'actor_token_type'],
  ...['resource', 'scope', 'organization_id', 'audience', 'requested_token_type'],
]

/**
 * Token exchange (RFC 8693) as Logto does it: into a JWT for a resource or an organization. Without either it
 * gives an opaque token, even where there is a Default API. Each exchange leaves a grant behind.
 */
export function registerExchange(provider: Provider, options: SubjectOptions): void {
  const handler = async (ctx: TokenEndpointGrantContext) => {
    const { client } = ctx.oidc
    const { id: accountId } = await subjectOf(options, ctx)
    await actorOf(options.oidc, ctx)
    ctx.oidc.entity('Account', { accountId, claims: () => ({ sub: accountId }) })
    const grant = new provider.Grant({ accountId, clientId: client.clientId })
    const grantId = await grant.save()
    const token = new provider.AccessToken({ accountId, client, grantId, gty: exchangeGrantType })
    token.scope = [...ctx.oidc.requestParamOIDCScopes].join(' ')
    const resource = resourceOf(ctx)
    if (resource !== undefined) {
      const server = new provider.ResourceServer(resource, resourceServer(options, ctx, resource))
      const held = server.scope.split(' ').filter((scope) => ctx.oidc.requestParamScopes.has(scope))
      Object.assign(token, { resourceServer: server, scope: held.join(' ') })
    }
    ctx.oidc.entity('AccessToken', token)
    const access_token = await token.save()
    const { expiration: expires_in, scope, tokenType: token_type } = token
    ctx.body = { access_token, expires_in, scope, token_type }
  }
  provider.registerGrantType(exchangeGrantType, handler, parameters)
}

function resourceOf(ctx: TokenEndpointGrantContext): string | undefined {
  const { resource } = ctx.oidc.params as { resource?: unknown } // The grant registers it as a parameter.
  if (typeof resource === 'string' && resource !== '') return resource
  return organizationIdOf(ctx) === undefined ? undefined : organizationsResource
}
