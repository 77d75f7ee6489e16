import { createHash, randomBytes } from 'node:crypto'
import type { Application, LogtoData } from '../logto/data.ts'

export type SignInOptions = {
  readonly username: string
  readonly password: string
  readonly scope: string
  /** Default: `chatgpt`. */
  readonly clientId?: string
  /** At the authorization endpoint, once or several times. */
  readonly resource?: string | readonly string[]
  /** At the token endpoint. */
  readonly tokenResource?: string
  /** Further parameters at the token endpoint. */
  readonly tokenParameters?: Readonly<Record<string, string>>
  readonly prompt?: string
  readonly state?: string
  /** Default: for public clients only. */
  readonly pkce?: boolean
  /** The user's reply to a third party that asks for consent. Default: allow */
  readonly decision?: 'allow' | 'deny'
}

export type TokenResponse = {
  readonly access_token: string
  readonly token_type: string
  readonly expires_in: number
  readonly scope?: string
  readonly refresh_token?: string
  readonly id_token?: string
}

/** The authorization server refused, in the redirect (`at: 'authorize'`) or at the token endpoint. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused'
  readonly at: 'authorize' | 'token'
  readonly status: number
  readonly error: string
  readonly body: Readonly<Record<string, unknown>>

  constructor(at: 'authorize' | 'token', status: number, body: Readonly<Record<string, unknown>>) {
    super(`${at}: ${body['error']} ${body['error_description'] ?? ''}`.trimEnd())
    this.at = at
    this.status = status
    this.error = String(body['error'])
    this.body = body
  }
}

/** The part of a stand-in that a sign-in needs. */
export type AuthorizationServer = { readonly issuer: string; readonly data: LogtoData }

/**
 * Goes through the authorization code flow over real HTTP as a browser and a client would: asks for
 * authorization, signs in, follows the redirect back, and exchanges the code. Throws `SignInRefused`.
 */
export async function signIn(server: AuthorizationServer, options: SignInOptions): Promise<TokenResponse> {
  const { code, verifier } = await authorize(server, options)
  return redeem(server, options, code, verifier)
}

/** The browser's half. Returns the code and the whole query of the callback. */
export async function authorize(
  server: AuthorizationServer,
  options: SignInOptions,
): Promise<{ code: string; verifier: string | undefined; callback: URLSearchParams }> {
  const application = findApplication(server, options)
  const pkce = options.pkce ?? application.secret === undefined
  const verifier = pkce ? randomBytes(32).toString('base64url') : undefined
  const redirectUri = redirectUriOf(application)
  const query = authorizationQuery(application, options, verifier)
  const callback = await browse(`${server.issuer}/auth?${query}`, redirectUri, options)
  const code = callback.get('code')
  if (code === null) throw new SignInRefused('authorize', 303, Object.fromEntries(callback))
  return { code, verifier, callback }
}

/** RFC 6749 section 4.1.1, RFC 7636 section 4.3, RFC 8707 section 2.1. */
function authorizationQuery(
  application: Application,
  { scope, resource, prompt, state = randomBytes(8).toString('hex') }: SignInOptions,
  verifier: string | undefined,
): URLSearchParams {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: application.id,
    redirect_uri: redirectUriOf(application),
    scope,
    state,
    ...(prompt !== undefined && { prompt }),
    ...(verifier !== undefined && { code_challenge: challengeOf(verifier), code_challenge_method: 'S256' }),
  })
  for (const one of [resource ?? []].flat()) query.append('resource', one)
  return query
}

function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url')
}

/** The client's half: exchanges the code for tokens. */
export function redeem(
  server: AuthorizationServer,
  options: SignInOptions,
  code: string,
  verifier: string | undefined,
): Promise<TokenResponse> {
  const application = findApplication(server, options)
  return requestToken(server, application.id, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUriOf(application),
    ...(verifier !== undefined && { code_verifier: verifier }),
    ...(options.tokenResource !== undefined && { resource: options.tokenResource }),
    ...options.tokenParameters,
  })
}

/** One call of the token endpoint, with the client's credentials in the body. Throws `SignInRefused`. */
export async function requestToken(
  server: AuthorizationServer,
  clientId: string,
  parameters: Readonly<Record<string, string>>,
): Promise<TokenResponse> {
  const application = findApplication(server, { clientId })
  const form = new URLSearchParams({
    client_id: application.id,
    ...(application.secret !== undefined && { client_secret: application.secret }),
    ...parameters,
  })
  const response = await fetch(`${server.issuer}/token`, { method: 'POST', body: form })
  const body = (await response.json()) as TokenResponse & Record<string, unknown> // RFC 6749 section 5.1
  if (!response.ok) throw new SignInRefused('token', response.status, body)
  return body
}

/** Follows redirects and fills in the forms until the client's redirect URI is reached. */
export async function browse(
  start: string,
  redirectUri: string,
  { username, password, decision = 'allow' }: SignInOptions,
): Promise<URLSearchParams> {
  const cookies = new Map<string, string>()
  let url = start
  let form: URLSearchParams | undefined
  for (let step = 0; step < 10; step += 1) {
    const response = await visit(url, cookies, form)
    form = undefined
    const location = response.headers.get('location')
    if (location !== null) {
      url = new URL(location, url).href
      if (url.startsWith(redirectUri)) return new URL(url).searchParams
    } else if (response.ok) {
      form = new URLSearchParams({ username, password, decision })
    } else {
      throw new SignInRefused('authorize', response.status, await readError(response))
    }
  }
  throw new Error('the sign-in did not come to an end')
}

async function visit(
  url: string,
  cookies: Map<string, string>,
  form: URLSearchParams | undefined,
): Promise<Response> {
  const response = await fetch(url, {
    redirect: 'manual',
    headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    ...(form !== undefined && { method: 'POST', body: form }),
  })
  for (const line of response.headers.getSetCookie()) {
    const [pair = ''] = line.split(';')
    const equals = pair.indexOf('=')
    cookies.set(pair.slice(0, equals), pair.slice(equals + 1))
  }
  return response
}

async function readError(response: Response): Promise<Record<string, unknown>> {
  const text = await response.text()
  if (!response.headers.get('content-type')?.includes('json')) return { error: 'sign_in_failed' }
  return JSON.parse(text) as Record<string, unknown> // An error body of OAuth is an object.
}

function findApplication(
  server: AuthorizationServer,
  { clientId = 'chatgpt' }: { clientId?: string },
): Application {
  const application = server.data.applications.find((candidate) => candidate.id === clientId)
  if (application === undefined) throw new Error(`no application ${clientId}`)
  return application
}

function redirectUriOf(application: Application): string {
  const [redirectUri] = application.redirectUris
  if (redirectUri === undefined) throw new Error(`${application.id} has no redirect URI`)
  return redirectUri
}
