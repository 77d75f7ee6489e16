import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { decodeJwt } from 'jose'
import type { StandInLogto } from '../logto/stand-in-logto.ts'
import { close, listen } from '../stand-in/listen.ts'
import { escapeHtml, sendPage } from '../stand-in/page.ts'
import { requestToken, SignInRefused, type TokenResponse } from './sign-in.ts'

export type CallbackPage = {
  /** Open this in a browser to sign in. */
  readonly url: string
  close(): Promise<void>
}

/**
 * Does what ChatGPT would do: sends the browser to sign in, receives the code, exchanges it, and shows the
 * access token with commands that use it.
 */
export async function startCallbackPage(logto: StandInLogto, gateway: string): Promise<CallbackPage> {
  const server = createServer()
  const url = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}/`
  const redirectUri = `${url}callback`
  logto.data.applications.find(({ id }) => id === clientId)?.redirectUris.push(redirectUri)
  const page: Page = { logto, gateway, redirectUri, states: new Set() }
  server.on('request', (req, res) => {
    handle(page, req, res).catch(() => res.destroy())
  })
  return { url, close: () => close(server) }
}

type Page = {
  readonly logto: StandInLogto
  readonly gateway: string
  readonly redirectUri: string
  /** Of the sign-ins that began here: a callback with any other `state` is refused (RFC 9700 section 4.7). */
  readonly states: Set<string>
}

const clientId = 'chatgpt'

async function handle(page: Page, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(req.url ?? '/', page.redirectUri)
  if (pathname === '/') return begin(page, res)
  if (pathname !== '/callback') return show(res, 404, 'Nothing is here')
  if (!page.states.delete(searchParams.get('state') ?? ''))
    return show(res, 400, 'This sign-in began elsewhere')
  const error = searchParams.get('error')
  if (error !== null) return show(res, 200, `Logto refused: ${error}`)
  return finish(page, res, searchParams.get('code') ?? '')
}

/** Asks for what ChatGPT asks for: both scopes, and no `resource`. The prompt lets another person sign in. */
function begin({ logto, redirectUri, states }: Page, res: ServerResponse): void {
  const state = randomBytes(16).toString('hex')
  states.add(state)
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'read write',
    prompt: 'login',
    state,
  })
  res.writeHead(302, { location: `${logto.issuer}/auth?${query}` }).end()
}

async function finish(
  { logto, gateway, redirectUri }: Page,
  res: ServerResponse,
  code: string,
): Promise<void> {
  const exchange = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
  const outcome = await requestToken(logto, clientId, exchange).catch((error: unknown) => error)
  if (outcome instanceof SignInRefused) return show(res, 200, `Logto refused: ${outcome.error}`)
  if (outcome instanceof Error) throw outcome
  const { access_token } = outcome as TokenResponse // It is no error.
  show(res, 200, 'Signed in', [
    `The access token says:\n${JSON.stringify(decodeJwt(access_token), null, 2)}`,
    `Read with it:\n${curl(gateway, 'GET /todos', access_token)}`,
    `Try to write with it:\n${curl(gateway, 'POST /todos', access_token)}`,
  ])
}

function show(res: ServerResponse, status: number, title: string, blocks: readonly string[] = []): void {
  const text = blocks.map((block) => `<pre>${escapeHtml(block)}</pre>`).join('\n')
  sendPage(res, status, title, `${text}\n<p><a href="/">Sign in again, perhaps as somebody else</a></p>`)
}

/** A command to paste. `request` is `GET /path`. */
export function curl(gateway: string, request: string, token: string | undefined): string {
  const [method = 'GET', path = '/'] = request.split(' ')
  const parts = ['curl -i']
  if (method !== 'GET') parts.push(`-X ${method}`)
  if (token !== undefined) parts.push(`-H 'Authorization: Bearer ${token}'`)
  return [...parts, `${gateway}${path}`].join(' ')
}
