import type { OwnEndpoint } from '../own-endpoint.ts'
import { createAuthorizeEndpoint } from './authorize-endpoint.ts'
import type { FacadeOptions } from './facade-options.ts'
import { createTokenEndpoint } from './token-endpoint.ts'

/**
 * Makes the OAuth of an authorization server fit what ChatGPT can send: it adds the API (`resource`), a scope
 * that leads to a JWT, a refresh token, and the domain of the API. It is thin: users, consent, secrets and
 * codes are the authorization server's alone, and nothing is kept here.
 */
export function createOAuthFacade(options: FacadeOptions): OwnEndpoint[] {
  return [createAuthorizeEndpoint(options), createTokenEndpoint(options)]
}
