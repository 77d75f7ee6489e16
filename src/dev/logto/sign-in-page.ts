import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Provider } from 'oidc-provider'
import type { LogtoData } from './data.ts'
import { readBody } from './read-body.ts'

/** The page at `/sign-in/...`: a form that a person can fill in and a test can post (`username`, `password`). */
export async function signInPage(
  provider: Provider,
  data: LogtoData,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  if (req.method !== 'POST') return sendForm(res, 200, data, '')
  const form = new URLSearchParams((await readBody(req)).toString())
  const user = data.users.find((candidate) => candidate.username === form.get('username'))
  if (user === undefined || user.password !== form.get('password')) {
    return sendForm(res, 422, data, 'Unknown user name or wrong password.')
  }
  await provider.interactionFinished(req, res, { login: { accountId: user.id } })
}

function sendForm(res: ServerResponse, status: number, data: LogtoData, problem: string): void {
  res.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
  res.end(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign in</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 22rem; margin: 4rem auto; padding: 0 1rem }
  label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit }
  input, button { margin: .25rem 0 1rem; padding: .5rem }
  [role=alert] { color: #b00020 }
</style>
<h1>Sign in</h1>
<p>This is a stand-in for Logto, for the demo and the tests.</p>
<p role="alert">${problem}</p>
<form method="post">
  <label for="username">User name</label>
  <input id="username" name="username" autocomplete="username" required autofocus>
  <label for="password">Password</label>
  <input id="password" name="password" type="password" autocomplete="current-password" required>
  <button>Sign in</button>
</form>
<p>Users:</p>
<ul>${data.users.map(userLine).join('')}</ul>
</html>
`)
}

function userLine({ username, password, roles }: LogtoData['users'][number]): string {
  const held = roles.length === 0 ? 'no role' : `role ${roles.join(', ')}`
  return `<li><code>${escapeHtml(username)}</code> / <code>${escapeHtml(password)}</code> (${escapeHtml(held)})</li>`
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
