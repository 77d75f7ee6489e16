import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { decodeJwt } from 'jose'
import type { StandInLogto } from '../logto/stand-in-logto.ts'
import { close, listen } from '../stand-in/listen.ts'
import { type Markup, sendPage } from '../stand-in/page.ts'
import { send } from './observed.ts'
import { requestToken, SignInRefused, type TokenResponse } from './sign-in.ts'
import { problemPage, refusedPage, type TriedRequest, tokenPage } from './token-page.ts'

export type CallbackPage = {
  /** A browser that opens this is sent to the sign-in. */
  readonly url: string
  close(): Promise<void>
}

export type CallbackOptions = {
  readonly logto: StandInLogto
  /** Origin of the gateway. */
  readonly gateway: string
  readonly clientId: string
  /** Default: 127.0.0.1 */
  readonly host?: string
  /** Default: 0, any free port. */
  readonly port?: number
  /** The scopes to ask for. Asked at every sign-in. */
  readonly scope: () => string
  /** The requests to make with a token that holds these scopes. */
  readonly requests: (scopes: readonly string[]) => readonly Request[]
}

type Request = Omit<TriedRequest, 'observed'>

/**
 * Does what ChatGPT would do: sends the browser to sign in, receives the code, exchanges it, makes requests
 * with the access token, and shows what came back.
 */
export async function startCallbackPage(options: CallbackOptions): Promise<CallbackPage> {
  const { logto, clientId, host = '127.0.0.1', port = 0 } = options
  const server = createServer()
  const url = `http://127.0.0.1:${await listen(server, port, host)}/`
  const redirectUri = `${url}callback`
  logto.data.applications.find(({ id }) => id === clientId)?.redirectUris.push(redirectUri)
  const client: Client = { ...options, redirectUri, states: new Set() }
  server.on('request', (req, res) => {
    handle(client, req, res).catch(() => res.destroy())
  })
  return { url, close: () => close(server) }
}

type Client = CallbackOptions & {
  readonly redirectUri: string
  /** Of the sign-ins that began here: a callback with any other `state` is refused (RFC 9700 section 4.7). */
  readonly states: Set<string>
}

async function handle(client: Client, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(req.url ?? '/', client.redirectUri)
  if (pathname === '/') return begin(client, res)
  const [status, title, body] = await pageAt(client, pathname, searchParams)
  sendPage(res, status, title, body)
}

type Page = readonly [status: number, title: string, body: Markup]

async function pageAt(client: Client, pathname: string, query: URLSearchParams): Promise<Page> {
  if (pathname !== '/callback') return [404, 'Nothing is here', problemPage('The sign-in begins at /.')]
  if (!client.states.delete(query.get('state') ?? ''))
    return [400, 'This sign-in began elsewhere', problemPage('So its code is not used here.')]
  const error = query.get('error')
  if (error !== null) return refusal(error, query.get('error_description') ?? undefined)
  return finish(client, query.get('code') ?? '')
}

function refusal(error: string, description: string | undefined): Page {
  return [200, 'Logto refused', refusedPage(error, description)]
}

/** Asks for every scope, and for no `resource`, as ChatGPT does. The prompt lets another person sign in. */
function begin({ logto, clientId, redirectUri, states, scope }: Client, res: ServerResponse): void {
  const state = randomBytes(16).toString('hex')
  states.add(state)
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: scope(),
    prompt: 'login',
    state,
  })
  res.writeHead(302, { location: `${logto.issuer}/auth?${query}` }).end()
}

async function finish(client: Client, code: string): Promise<Page> {
  const { logto, gateway, clientId, redirectUri } = client
  const exchange = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
  const outcome = await requestToken(logto, clientId, exchange).catch((error: unknown) => error)
  if (outcome instanceof SignInRefused)
    return refusal(outcome.error, String(outcome.body['error_description'] ?? ''))
  if (outcome instanceof Error) throw outcome
  const { access_token: token } = outcome as TokenResponse // It is no error.
  const claims = decodeJwt(token)
  const scopes = String(claims['scope'] ?? '').split(' ')
  const tried: TriedRequest[] = []
  for (const request of client.requests(scopes)) tried.push(await tryRequest(gateway, token, request))
  return [200, 'Signed in', tokenPage({ gateway, token, claims, tried })]
}

async function tryRequest(gateway: string, token: string, request: Request): Promise<TriedRequest> {
  const headers = request.host === undefined ? undefined : { host: request.host }
  const observed = await send(gateway, { ...request, token, headers }).catch(() => undefined)
  return { ...request, observed }
}
