import { type ClientAuthentication, readClient } from './client-authentication.ts'
import type { FacadeOptions } from './facade-options.ts'
import { invalidRequest, type OAuthError } from './oauth-error.ts'
import type { Parameters } from './parameters.ts'

/** A token request that may go to the authorization server. */
export type TokenRequest = ClientAuthentication & {
  readonly grant: 'authorization_code' | 'refresh_token'
  /** Those of its parameters that go there. */
  readonly form: Readonly<Record<string, string>>
}

/**
 * Every other parameter is left out, `scope` among them: Logto refuses a refresh that names more than was
 * granted.
 */
const passedOn = [
  'grant_type',
  'code',
  'redirect_uri',
  'refresh_token',
  'client_id',
  'client_secret',
  'code_verifier',
  'client_assertion',
  'client_assertion_type',
]

type Rules = Pick<FacadeOptions, 'clients' | 'resource' | 'organization'>

/** Checks the parameters of a token request (RFC 6749 sections 4.1.3 and 6). */
export function readTokenRequest(
  parameters: Parameters,
  authorization: string | undefined,
  rules: Rules,
): TokenRequest | OAuthError {
  const client = readClient(parameters, authorization, rules.clients)
  if ('error' in client) return client
  const grant = parameters.get('grant_type')
  if (grant === undefined) return invalidRequest('The grant_type is missing')
  if (grant !== 'authorization_code' && grant !== 'refresh_token') return unsupported
  const needed = grant === 'refresh_token' ? 'refresh_token' : 'code'
  if (!parameters.has(needed)) return invalidRequest(`The ${needed} is missing`)
  const resource = parameters.get('resource')
  if (resource !== undefined && resource !== rules.resource) return foreignResource(rules.resource)
  // An assertion is good for one call, and a code takes two of them then.
  if (rules.organization !== undefined && parameters.has('client_assertion')) return assertionSpent
  return { ...client, grant, form: formOf(parameters) }
}

function formOf(parameters: Parameters): Record<string, string> {
  return Object.fromEntries(
    passedOn.flatMap((name) => {
      const value = parameters.get(name)
      return value === undefined ? [] : [[name, value] as const]
    }),
  )
}

const unsupported: OAuthError = {
  ...invalidRequest('The grant_type must be authorization_code or refresh_token'),
  error: 'unsupported_grant_type',
}

const assertionSpent = invalidRequest(
  'With chatgpt.organization a client cannot use client_assertion: give the application a secret',
)

function foreignResource(resource: string): OAuthError {
  return {
    ...invalidRequest(`Tokens are given out for ${resource} alone: leave resource out`),
    error: 'invalid_target',
  }
}
