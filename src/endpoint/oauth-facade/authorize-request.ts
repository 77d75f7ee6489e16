import { scopesToAsk } from './asked-scopes.ts'
import type { FacadeOptions } from './facade-options.ts'
import { type Parameters, parseForm } from './parameters.ts'

/** The browser of somebody who wants to sign in, as far as the request can be trusted. */
export type AuthorizeRequest =
  /** Good: these go to the authorization server. */
  | { readonly kind: 'pass'; readonly query: URLSearchParams }
  /** Bad, but of a client that is known: it is told. */
  | ToldToClient
  /** Bad, and nobody knows where it would be sent back to: a page says so. */
  | NotRedirected

export type ToldToClient = {
  readonly kind: 'tell'
  readonly redirectUri: string
  readonly state: string
  readonly error: string
  readonly description: string
}

export type NotRedirected = {
  readonly kind: 'page'
  readonly detail: string
  readonly redirectUri: string | undefined
  /** The redirect URI is the fault, and nothing before it: the page says where it would have to be added. */
  readonly isUnlisted: boolean
}

type Rules = Pick<
  FacadeOptions,
  'clients' | 'redirectUris' | 'scopes' | 'openid' | 'refresh' | 'organization' | 'resource'
>

/** Reads the query of an authorization request (RFC 6749 section 4.1.1). */
export function readAuthorizeRequest(query: string, rules: Rules): AuthorizeRequest {
  const parameters = parseForm(query)
  if ('fault' in parameters) return page(parameters.fault)
  const clientId = parameters.get('client_id')
  const redirectUri = parameters.get('redirect_uri')
  const state = parameters.get('state')
  if (clientId === undefined || !rules.clients.includes(clientId))
    return page(
      'The client_id is missing or not one of chatgpt.clients: copy the App ID from Logto',
      redirectUri,
    )
  if (redirectUri === undefined) return page('The redirect_uri is missing')
  // Byte for byte (RFC 9700 section 4.1.3): whoever reads it otherwise sends codes elsewhere.
  if (!rules.redirectUris.includes(redirectUri))
    return { ...page('The redirect_uri is not one of chatgpt.redirectUris', redirectUri), isUnlisted: true }
  if (state === undefined)
    return page(
      'The state is missing: without it, a sign-in of somebody else could be finished here',
      redirectUri,
    )
  const fault = faultOf(parameters, rules)
  if (fault !== undefined) return { kind: 'tell', redirectUri, state, ...fault }
  const scopes = scopesToAsk(parameters.get('scope'), rules)
  if (scopes === undefined) return { kind: 'tell', redirectUri, state, ...noScope(rules) }
  return { kind: 'pass', query: queryFor(parameters, scopes, rules) }
}

function page(detail: string, redirectUri?: string): NotRedirected {
  return { kind: 'page', detail, redirectUri, isUnlisted: false }
}

type Fault = Pick<ToldToClient, 'error' | 'description'>

function faultOf(parameters: Parameters, { resource }: Rules): Fault | undefined {
  const asked = parameters.get('resource')
  if (parameters.get('response_type') !== 'code')
    return { error: 'unsupported_response_type', description: 'The response_type must be code' }
  if (parameters.has('request'))
    return { error: 'request_not_supported', description: 'Send plain parameters, not a request object' }
  if (parameters.has('request_uri'))
    return { error: 'request_uri_not_supported', description: 'Send plain parameters, not a request_uri' }
  if (asked === undefined || asked === resource) return undefined
  return {
    error: 'invalid_target',
    description: `This is the sign-in for ${resource} alone: leave resource out`,
  }
}

function noScope({ scopes }: Rules): Fault {
  return {
    error: 'invalid_scope',
    description: `Ask for at least one of these scopes: ${scopes.join(' ')}; others are for chatgpt.scopes to name`,
  }
}

/** Every other parameter is left out: what is not known here cannot change what was checked. */
const passedOn = [
  'client_id',
  'redirect_uri',
  'response_type',
  'state',
  'code_challenge',
  'code_challenge_method',
  'nonce',
  'ui_locales',
  'login_hint',
]

function queryFor(
  parameters: Parameters,
  scopes: readonly string[],
  { resource, refresh }: Rules,
): URLSearchParams {
  const query = new URLSearchParams()
  for (const name of passedOn) {
    const value = parameters.get(name)
    if (value !== undefined) query.set(name, value)
  }
  query.set('scope', scopes.join(' '))
  query.set('resource', resource)
  // Without it, Logto drops offline_access in silence. A first-party application shows no screen for it.
  if (refresh) query.set('prompt', 'consent')
  return query
}
