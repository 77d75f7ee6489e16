import { clientAuthorization } from './client-credentials.ts'
import { EndpointFault, jsonObjectIn, unexpected } from './endpoint-fault.ts'
import { type Endpoints, formRequest } from './endpoints.ts'
import type { ClientCredentials } from './options.ts'
import { printableUrl } from './printable-url.ts'

/** The issuer's word on a token. Its members are unknown (RFC 7662 section 2.2). */
export type Introspection =
  | { readonly active: true; readonly members: Readonly<Record<string, unknown>> }
  | { readonly active: false }

/** Token introspection (RFC 7662). Rejects with an `EndpointFault`. */
export async function introspect(
  tokenText: string,
  { endpoints, client, signal }: Asking,
): Promise<Introspection> {
  const form = { token: tokenText, token_type_hint: 'access_token' }
  const request = formRequest(form, clientAuthorization(client))
  const response = await endpoints.call('introspection', request, signal)
  if (response.status !== 200) throw unexpected(response, 'introspection')
  const members = jsonObjectIn(response, 'introspection')
  if (members['active'] === true) return { active: true, members }
  if (members['active'] === false) return { active: false }
  throw new EndpointFault(
    `${printableUrl(response.url)} does not say whether the token is active: check that this is the ` +
      'introspection endpoint (issuer.introspectionEndpoint)',
  )
}

/** Who asks, and until when. */
export type Asking = {
  readonly endpoints: Endpoints
  readonly client: ClientCredentials
  readonly signal: AbortSignal
}
