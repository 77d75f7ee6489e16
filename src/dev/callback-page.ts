import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeJwt } from 'jose'
import type { StandInLogto } from './logto/stand-in-logto.ts'
import { requestToken, SignInRefused } from './sign-in.ts'

export type CallbackPage = {
  /** Open this in a browser to sign in. */
  readonly url: string
  close(): Promise<void>
}

/**
 * Stands where ChatGPT would: sends the browser to sign in, takes the code back, exchanges it and shows the access
 * token with a command that uses it.
 */
export async function startCallbackPage(logto: StandInLogto, gateway: string): Promise<CallbackPage> {
  const server = createServer((req, res) => {
    handle(req, res).catch(() => res.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo // a TCP listener's address is never a string
  const url = `http://127.0.0.1:${port}/`
  const redirectUri = `${url}callback`
  const application = logto.data.applications.find(({ id }) => id === clientId)
  application?.redirectUris.push(redirectUri)
  // Ties a callback to a sign-in that this page began (RFC 9700 section 4.7).
  const states = new Set<string>()

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(req.url ?? '/', url)
    if (pathname === '/') return begin(res)
    if (pathname !== '/callback') return sendPage(res, 404, 'Nothing is here', [])
    if (!states.delete(searchParams.get('state') ?? ''))
      return sendPage(res, 400, 'This sign-in began elsewhere', [])
    const error = searchParams.get('error')
    if (error !== null) return sendPage(res, 200, `Logto refused: ${error}`, [retry])
    return finish(res, searchParams.get('code') ?? '')
  }

  function begin(res: ServerResponse): void {
    const state = randomBytes(16).toString('hex')
    states.add(state)
    const query = { response_type: 'code', client_id: clientId, scope: 'read write', prompt: 'login' }
    const location = `${logto.issuer}/auth?${new URLSearchParams({ ...query, redirect_uri: redirectUri, state })}`
    res.writeHead(302, { location }).end()
  }

  async function finish(res: ServerResponse, code: string): Promise<void> {
    try {
      const parameters = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
      const { access_token } = await requestToken(logto, clientId, parameters)
      sendPage(res, 200, 'Signed in', [
        'The access token says:',
        JSON.stringify(decodeJwt(access_token), null, 2),
        'Use it:',
        curl(gateway, 'GET /todos', access_token),
        curl(gateway, 'POST /todos', access_token),
        retry,
      ])
    } catch (error) {
      sendPage(res, 200, `Logto refused: ${error instanceof SignInRefused ? error.message : 'unknown'}`, [
        retry,
      ])
    }
  }

  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const clientId = 'chatgpt'
const retry = 'Sign in as somebody else: go back to the start page.'

/** A command to paste. `request` is `GET /path`. */
export function curl(gateway: string, request: string, token: string | undefined): string {
  const [method = 'GET', path = '/'] = request.split(' ')
  const parts = ['curl -i']
  if (method !== 'GET') parts.push(`-X ${method}`)
  if (token !== undefined) parts.push(`-H 'Authorization: Bearer ${token}'`)
  return [...parts, `${gateway}${path}`].join(' ')
}

function sendPage(res: ServerResponse, status: number, title: string, blocks: readonly string[]): void {
  res.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
  res.end(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escapeHtml(title)}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 4rem auto; padding: 0 1rem }
  pre { white-space: pre-wrap; overflow-wrap: anywhere }
</style>
<h1>${escapeHtml(title)}</h1>
${blocks.map((block) => `<pre>${escapeHtml(block)}</pre>`).join('\n')}
<p><a href="/">Start page</a></p>
</html>
`)
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
