import type { OAuthError } from './oauth-error.ts'
import { askTokenEndpoint, type TokenAnswer, type TokenCall } from './token-call.ts'

/** One organization of Logto, and the API that the tokens are for. */
export type OrganizationGrant = { readonly organization: string; readonly resource: string }

/**
 * Redeems a code for the tokens of one organization. The tokens of the code itself hold what the user may do
 * in any organization: they are never handed out.
 */
export async function redeemForOrganization(
  call: TokenCall,
  grant: OrganizationGrant,
): Promise<TokenAnswer | OAuthError> {
  const first = await askTokenEndpoint(call)
  if ('error' in first || first.status !== 200) return first
  const { refresh_token: refreshToken } = first.members
  if (typeof refreshToken !== 'string') return noRefreshToken
  const { code: _, redirect_uri: __, code_verifier: ___, ...client } = call.form
  const form = { ...client, grant_type: 'refresh_token', refresh_token: refreshToken }
  const second = await refreshForOrganization({ ...call, form }, grant)
  if ('error' in second || second.status !== 200) return second
  return { ...second, members: { refresh_token: refreshToken, ...second.members } }
}

export async function refreshForOrganization(
  call: TokenCall,
  { organization, resource }: OrganizationGrant,
): Promise<TokenAnswer | OAuthError> {
  const answer = await askTokenEndpoint({
    ...call,
    form: { ...call.form, resource, organization_id: organization },
  })
  const isDenied = !('error' in answer) && answer.members['error'] === 'access_denied'
  return isDenied ? noMember(answer.status, organization) : answer
}

function noMember(status: number, organization: string): OAuthError {
  return {
    status,
    error: 'access_denied',
    description:
      `The user is no member of the organization ${organization} (chatgpt.organization): ` +
      'in Logto, add the user to it with a role',
    code: 'authorization_server_refused',
  }
}

const noRefreshToken: OAuthError = {
  status: 400,
  error: 'invalid_target',
  description:
    'The authorization server gave no refresh token, by which tokens of an organization are asked for: ' +
    'allow refresh tokens for the application in Logto',
  code: 'oauth_token_refused',
}
