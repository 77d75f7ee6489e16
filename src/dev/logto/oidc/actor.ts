import type { KoaContextWithOIDC, TokenEndpointGrantContext } from 'oidc-provider'
import type { OidcProvider } from './load-provider.ts'

/** The actors of exchanges under way, for the claim `act`. */
const actors = new WeakMap<object, string>()

/**
 * Notes who acts for the subject (RFC 8693 section 4.1), where an opaque token that holds `openid` says so.
 * Throws `InvalidGrant` for any other token.
 */
export async function actorOf(oidc: OidcProvider, ctx: TokenEndpointGrantContext): Promise<void> {
  const { actor_token: token } = ctx.oidc.params as Record<string, unknown>
  if (token === undefined) return
  const found = await ctx.oidc.provider.AccessToken.find(String(token))
  if (found === undefined || !found.scope?.split(' ').includes('openid'))
    throw new oidc.errors.InvalidGrant('invalid actor token')
  actors.set(ctx.oidc, found.accountId)
}

export function actClaim(ctx: KoaContextWithOIDC): { act?: { sub: string } } {
  const sub = actors.get(ctx.oidc)
  return sub === undefined ? {} : { act: { sub } }
}
