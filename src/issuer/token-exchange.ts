import { clientAuthorization } from './client-credentials.ts'
import { EndpointFault, errorOf, jsonObjectIn, unexpected } from './endpoint-fault.ts'
import { formRequest } from './endpoints.ts'
import type { Asking } from './introspection.ts'
import { printableUrl } from './printable-url.ts'

/** The token that is exchanged, and what for. */
export type TokenExchange = {
  readonly subjectToken: string
  readonly subjectTokenType: keyof typeof tokenTypes
  readonly resource: string
  /** None asked for, none given. */
  readonly scopes: readonly string[]
}

export type Exchanged =
  | { readonly kind: 'token'; readonly accessToken: string }
  /** The subject token is not, or no longer, good for anything. */
  | { readonly kind: 'refused' }

const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange'
const tokenTypes = {
  accessToken: 'urn:ietf:params:oauth:token-type:access_token',
  personalAccessToken: 'urn:logto:token-type:personal_access_token',
}

/** Token exchange (RFC 8693). Rejects with an `EndpointFault`. */
export async function exchangeToken(
  { subjectToken, subjectTokenType, resource, scopes }: TokenExchange,
  { endpoints, client, signal }: Asking,
): Promise<Exchanged> {
  const form = {
    grant_type: grantType,
    subject_token: subjectToken,
    subject_token_type: tokenTypes[subjectTokenType],
    resource,
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
  }
  const response = await endpoints.call('token', formRequest(form, clientAuthorization(client)), signal)
  if (response.status !== 200) {
    // Any other error is the fault of the gateway or of its configuration, not of the token.
    const isOfToken = ['invalid_grant', 'invalid_token'].includes(errorOf(response) ?? '')
    if (isOfToken && [400, 401].includes(response.status)) return { kind: 'refused' }
    throw unexpected(response, 'token')
  }
  const { access_token: accessToken, token_type: type } = jsonObjectIn(response, 'token')
  if (typeof accessToken === 'string' && typeof type === 'string' && type.toLowerCase() === 'bearer')
    return { kind: 'token', accessToken }
  throw new EndpointFault(
    `${printableUrl(response.url)} answered without a Bearer access token: check that this is the token ` +
      'endpoint (issuer.tokenEndpoint)',
  )
}
