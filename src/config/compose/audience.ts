import type { IssuerOptions } from '../../issuer/options.ts'
import type { Audience } from '../../token/audience.ts'
import type { FileApi } from '../schema/api.ts'
import type { KeyPath } from '../yaml/key-path.ts'
import type { Context } from './context.ts'
import { clientIds } from './logto-lock.ts'

type Issues = Pick<Context, 'issues'>

/** For whom the access tokens of an API are: `audience` where it is written, else the resource. */
export function composeAudience(
  api: FileApi,
  at: KeyPath,
  issuer: IssuerOptions | undefined,
  context: Context,
): Audience {
  const audience = writtenAudience(api, at, issuer, context)
  if (api.organizations !== 'tokens') return audience
  reportOrganizationTokens([...at, 'organizations'], issuer, context)
  return { ...audience, organizationTokens: true }
}

function reportOrganizationTokens(
  path: KeyPath,
  issuer: IssuerOptions | undefined,
  { issues }: Issues,
): void {
  if (issuer !== undefined && !issuer.isLogto)
    issues.error(path, 'organization tokens are made by Logto alone: write true, or take this key out')
  else
    issues.warning(
      path,
      'organization tokens hold the scopes of the organization template, not the permissions of this API: ' +
        'those of the same name let them in',
    )
}

function writtenAudience(
  { resource = '', audience = resource }: FileApi,
  at: KeyPath,
  issuer: IssuerOptions | undefined,
  context: Context,
): Audience {
  if (typeof audience === 'string') return { values: [audience] }
  if (Array.isArray(audience)) return { values: audience }
  const { issues } = context
  const path = [...at, 'audience', 'clients']
  const clients = clientIds(audience.clients ?? [], path, context)
  if (issues.hasError(path)) return { values: [resource], clients }
  if (issuer !== undefined && issuer.accessToken === undefined)
    issues.error(
      path,
      'an ID token may have no aud either: say what marks access tokens, ' +
        'such as issuer.accessToken: { where: { token_use: access } }',
    )
  else
    issues.warning(path, 'any access token of these clients without aud passes here, whatever API it is for')
  return { values: [resource], clients }
}
