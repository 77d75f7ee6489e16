import { tokenPath } from '../../config/own-paths.ts'
import { asciiJson } from '../../http/ascii-json.ts'
import type { EndpointRequest, OwnEndpoint, Responded } from '../own-endpoint.ts'
import type { FacadeOptions } from './facade-options.ts'
import { type OAuthError, oauthErrorResponse, tokenHeaders } from './oauth-error.ts'
import { redeemForOrganization, refreshForOrganization } from './organization-grant.ts'
import { relayedError } from './relayed-error.ts'
import { askTokenEndpoint, broken, type TokenAnswer, tokenCallMs, unavailable } from './token-call.ts'
import { tokenFault } from './token-check.ts'
import { readTokenParameters } from './token-parameters.ts'
import { readTokenRequest, type TokenRequest } from './token-request.ts'

/** Asks the authorization server for tokens as ChatGPT cannot, and looks at what comes. */
export function createTokenEndpoint(options: FacadeOptions): OwnEndpoint {
  const { limits, hosts } = options
  return {
    path: tokenPath,
    methods: ['POST'],
    hosts,
    requires: 'a client of chatgpt.clients, which the authorization server knows',
    async respond(request) {
      const { address } = request.client
      const seconds = limits.perAddress.waitSeconds(address)
      if (seconds > 0) return oauthErrorResponse(tooMany('chatgpt.limits.perAddress', seconds))
      const response = await answer(request, options)
      if (response !== undefined && isFailure(response)) limits.perAddress.add(address)
      return response
    },
  }
}

/** Of the client. It is no failure when nobody could be asked. */
function isFailure({ status }: Responded): boolean {
  return status >= 400 && status < 500 && status !== 429
}

async function answer(request: EndpointRequest, options: FacadeOptions): Promise<Responded | undefined> {
  const parameters = await readTokenParameters(request)
  if (parameters === undefined) return undefined
  if ('error' in parameters) return oauthErrorResponse(parameters)
  const asked = readTokenRequest(parameters, request.head.authorization, options)
  if ('error' in asked) return oauthErrorResponse(asked)
  const answered = await ask(asked, options)
  if ('error' in answered) return oauthErrorResponse(answered)
  return answered.status === 200 ? handOut(answered, options) : relayedError(answered)
}

async function ask(
  { form, authorization, grant }: TokenRequest,
  { targets, limits, organization, resource, issuer }: FacadeOptions,
): Promise<TokenAnswer | OAuthError> {
  const { token: url } = targets.current() ?? {}
  if (url === undefined) return unavailable('The authorization server has not been reached yet')
  const isRedeemedAgain = organization !== undefined && grant === 'authorization_code'
  const seconds = limits.total.take(isRedeemedAgain ? 2 : 1)
  if (seconds > 0) return tooMany('chatgpt.limits.total', seconds)
  const call = {
    ...{ url, connection: issuer, authorization, signal: AbortSignal.timeout(tokenCallMs) },
    // At every request: a refresh without it may bring an opaque token.
    form: { ...form, resource },
  }
  if (organization === undefined) return askTokenEndpoint(call)
  return isRedeemedAgain
    ? redeemForOrganization(call, { organization, resource })
    : refreshForOrganization(call, { organization, resource })
}

function handOut({ members, headers }: TokenAnswer, options: FacadeOptions): Responded {
  const { access_token: accessToken } = members
  if (typeof accessToken !== 'string')
    return oauthErrorResponse(broken('The token endpoint answered 200 without an access token'))
  const fault = tokenFault(accessToken, options, Date.now())
  if (fault !== undefined) return oauthErrorResponse(fault)
  return { outcome: 'respond', status: 200, headers: [...tokenHeaders, ...headers], body: asciiJson(members) }
}

function tooMany(setting: string, retryAfterSeconds: number): OAuthError {
  return {
    status: 429,
    error: 'temporarily_unavailable',
    description: `Too many requests (${setting}): try again in ${retryAfterSeconds} s`,
    code: 'rate_limited',
    retryAfterSeconds,
  }
}
