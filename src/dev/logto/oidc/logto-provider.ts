import type { Configuration, Provider, TokenEndpointGrantContext } from 'oidc-provider'
import type { OidcProvider } from './load-provider.ts'
import { organizationIdOf, organizationsResource, organizationsScope } from './organization-request.ts'

/** The grants at which Logto hears `organization_id`. At the exchange of a code it does not. */
const grants = ['refresh_token', 'client_credentials']

/** An oidc-provider whose grants know `organization_id`, which is registered with each as a parameter. */
export function createLogtoProvider(
  oidc: OidcProvider,
  issuer: string,
  configuration: Configuration,
): Provider {
  class LogtoProvider extends oidc.Provider {
    override registerGrantType<Params extends object>(
      name: string,
      handler: (ctx: TokenEndpointGrantContext<Params>) => void | Promise<void>,
      params: string | readonly string[] | ReadonlySet<string> = [],
      duplicates?: string | readonly string[] | ReadonlySet<string>,
    ): void {
      if (!grants.includes(name)) return super.registerGrantType(name, handler, params, duplicates)
      const known = [...(typeof params === 'string' ? [params] : params), 'organization_id']
      const withOrganization = async (ctx: TokenEndpointGrantContext<Params>) => {
        await prepare(oidc, ctx)
        await handler(ctx)
      }
      super.registerGrantType(name, withOrganization, known, duplicates)
    }
  }
  return new LogtoProvider(issuer, configuration)
}

/** Without a resource, the token is for the organization itself. */
async function prepare(oidc: OidcProvider, ctx: TokenEndpointGrantContext): Promise<void> {
  if (organizationIdOf(ctx) === undefined) return
  const { params, provider } = ctx.oidc
  const refreshToken = await provider.RefreshToken.find(String(params['refresh_token'] ?? ''))
  if (refreshToken !== undefined && !refreshToken.scopes.has(organizationsScope))
    throw new oidc.errors.InsufficientScope('refresh token missing required scope', organizationsScope)
  params['resource'] ??= organizationsResource
}
