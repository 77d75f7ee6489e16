import { jsonObjectIn, unexpected } from './endpoint-fault.ts'
import type { Endpoints } from './endpoints.ts'

/** The issuer's word on the user of a token, or why there is none. Its members are unknown. */
export type Userinfo =
  | { readonly kind: 'user'; readonly members: Readonly<Record<string, unknown>> }
  | { readonly kind: 'refused'; readonly reason: 'inactive' | 'openidMissing' }

/** The userinfo endpoint (OpenID Connect Core section 5.3). Rejects with an `EndpointFault`. */
export async function askUserinfo(
  tokenText: string,
  endpoints: Endpoints,
  signal: AbortSignal,
): Promise<Userinfo> {
  const headers = { Accept: 'application/json', Authorization: `Bearer ${tokenText}` }
  const response = await endpoints.call('userinfo', { method: 'GET', headers }, signal)
  switch (response.status) {
    case 200:
      return { kind: 'user', members: jsonObjectIn(response, 'userinfo') }
    case 401:
      return { kind: 'refused', reason: 'inactive' }
    case 403:
      return { kind: 'refused', reason: 'openidMissing' }
    default:
      throw unexpected(response, 'userinfo')
  }
}
