import { invalidRequest, type OAuthError } from './oauth-error.ts'
import type { Parameters } from './parameters.ts'

/** The client of a token request, and how it says who it is. Its secret is for the authorization server. */
export type ClientAuthentication = {
  readonly clientId: string
  /** The value of Authorization, when it came by that. */
  readonly authorization: string | undefined
}

/** Reads who asks (RFC 6749 section 2.3). A client must not use more than one method. */
export function readClient(
  parameters: Parameters,
  authorization: string | undefined,
  clients: readonly string[],
): ClientAuthentication | OAuthError {
  const basic = authorization === undefined ? undefined : readBasic(authorization)
  const challenged = authorization !== undefined
  if (basic === 'malformed') return { ...invalidClient(malformed), challenged }
  const inBody = ['client_secret', 'client_assertion'].filter((name) => parameters.has(name))
  if (inBody.length + (basic === undefined ? 0 : 1) > 1)
    return invalidRequest('The client says in more than one way who it is: use Basic or the body, not both')
  const named = parameters.get('client_id')
  if (basic !== undefined && named !== undefined && named !== basic.clientId)
    return invalidRequest('The client_id in the body is another one than that of Authorization')
  const clientId = basic?.clientId ?? named
  if (clientId === undefined || !clients.includes(clientId)) return { ...invalidClient(unknown), challenged }
  return { clientId, authorization: basic?.authorization }
}

function invalidClient(description: string): OAuthError {
  return { status: 401, error: 'invalid_client', description, code: 'oauth_client_refused' }
}

const malformed = 'The Authorization header is no Basic credentials of a client'
const unknown =
  'The client_id is missing or not one of chatgpt.clients: the GPT editor and the gateway must have the App ID of Logto'

type Basic = { readonly clientId: string; readonly authorization: string }

/**
 * Only the canonical spelling of base64, so that the authorization server reads the same client (RFC 7617
 * section 2; RFC 6749 section 2.3.1 has id and secret encoded as in a form).
 */
function readBasic(authorization: string): Basic | 'malformed' {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1]
  if (encoded === undefined) return 'malformed'
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.toString('base64') !== encoded) return 'malformed'
  const text = bytes.toString('latin1')
  const colon = text.indexOf(':')
  const clientId = colon < 0 ? undefined : formDecoded(text.slice(0, colon))
  return clientId === undefined ? 'malformed' : { clientId, authorization: `Basic ${encoded}` }
}

function formDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
