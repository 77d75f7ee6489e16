import { authorizePath } from '../../config/own-paths.ts'
import { percentEncoded } from '../../http/percent-encoded.ts'
import type { EndpointResponse, OwnEndpoint, Responded } from '../own-endpoint.ts'
import { type NotRedirected, readAuthorizeRequest, type ToldToClient } from './authorize-request.ts'
import type { FacadeOptions } from './facade-options.ts'
import { describable } from './oauth-error.ts'
import { pageHeaders, type RefusalPage, refusalPage } from './refusal-page.ts'
import { retrySeconds } from './token-call.ts'

/** Sends browsers on to the authorization server, with what ChatGPT cannot ask for itself. */
export function createAuthorizeEndpoint(options: FacadeOptions): OwnEndpoint {
  const { limits, targets, hosts, issuer } = options
  return {
    path: authorizePath,
    methods: ['GET'],
    hosts,
    requires: 'a client of chatgpt.clients',
    respond({ target, client }): EndpointResponse {
      const seconds = limits.perAddress.waitSeconds(client.address)
      if (seconds > 0) return tooMany('chatgpt.limits.perAddress', seconds)
      limits.perAddress.add(client.address)
      const request = readAuthorizeRequest(target.query ?? '', options)
      if (request.kind === 'page') return refused(request)
      if (request.kind === 'tell') return told(request, issuer.issuer)
      const { authorize } = targets.current() ?? {}
      if (authorize === undefined) return unavailable
      const wait = limits.total.take(1)
      return wait > 0 ? tooMany('chatgpt.limits.total', wait) : redirect(authorize, request.query)
    },
  }
}

/** A query that the target has stays (RFC 6749 section 3.1). */
function redirect(target: string, query: URLSearchParams): Responded {
  const location = `${target}${target.includes('?') ? '&' : '?'}${query}`
  return {
    outcome: 'respond',
    status: 302,
    headers: ['Location', location, 'Cache-Control', 'no-store', 'Referrer-Policy', 'no-referrer'],
    body: '',
  }
}

/** RFC 6749 section 4.1.2.1, with the issuer that clients of Logto expect (RFC 9207). */
function told({ redirectUri, state, error, description }: ToldToClient, iss: string): Responded {
  const query = new URLSearchParams({ error, error_description: describable(description), state, iss })
  return {
    ...redirect(percentEncoded(redirectUri), query),
    problem: { code: 'oauth_request_refused', detail: `${error}: ${description}` },
  }
}

function refused({ detail, redirectUri, isUnlisted }: NotRedirected): Responded {
  const page = { title: 'This sign-in cannot begin', detail, redirectUri, isUnlisted }
  return pageResponse(400, page, 'oauth_request_refused')
}

function tooMany(setting: string, seconds: number): Responded {
  const detail = `Too many sign-ins (${setting}): try again in ${seconds} s`
  const headers = ['Retry-After', String(seconds)]
  return pageResponse(429, { title: 'Too many sign-ins', detail }, 'rate_limited', headers)
}

function pageResponse(
  status: number,
  page: RefusalPage,
  code: NonNullable<Responded['problem']>['code'],
  headers: readonly string[] = [],
): Responded {
  return {
    outcome: 'respond',
    status,
    headers: [...pageHeaders, ...headers],
    body: refusalPage(page),
    problem: { code, detail: page.detail },
  }
}

const unavailable = pageResponse(
  503,
  {
    title: 'Sign-in is not possible at the moment',
    detail: 'The gateway has not reached the authorization server yet: try again in a moment',
  },
  'authorization_server_unavailable',
  ['Retry-After', String(retrySeconds)],
)
