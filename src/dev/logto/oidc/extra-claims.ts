import type { AccessToken, ClientCredentials, KoaContextWithOIDC } from 'oidc-provider'
import { actClaim } from './actor.ts'
import { customClaims } from './custom-claims.ts'
import type { SubjectOptions } from './exchange-subject.ts'
import { organizationIdOf } from './organization-request.ts'

/**
 * Claims beyond those of every token: who acts, the organization whose permissions a token for a resource
 * holds, and those of the tenant's own script. The provider keeps its own claims whatever these say.
 */
export async function extraClaims(
  options: SubjectOptions,
  ctx: KoaContextWithOIDC,
  token: AccessToken | ClientCredentials,
): Promise<Record<string, unknown>> {
  const custom = await customClaims(options, token)
  return { ...custom, ...organizationClaim(ctx, token), ...actClaim(ctx) }
}

/** The audience of a token for the organization itself says which one it is. */
function organizationClaim(ctx: KoaContextWithOIDC, { aud }: AccessToken | ClientCredentials): object {
  const id = organizationIdOf(ctx)
  const isOfResource = id !== undefined && aud !== undefined && aud !== `urn:logto:organization:${id}`
  return isOfResource ? { organization_id: id } : {}
}
