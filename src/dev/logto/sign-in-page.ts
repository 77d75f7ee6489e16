import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Provider } from 'oidc-provider'
import { escapeHtml, sendPage } from '../stand-in/page.ts'
import type { LogtoData, User } from './data.ts'
import { readBody } from './read-body.ts'

/** The page at `/sign-in/…`: a form that a person fills in and a test posts (`username`, `password`). */
export async function signInPage(
  provider: Provider,
  data: LogtoData,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  if (req.method !== 'POST') return sendPage(res, 200, 'Sign in', form(data, ''))
  const fields = new URLSearchParams((await readBody(req)).toString())
  const user = data.users.find((candidate) => candidate.username === fields.get('username'))
  if (user === undefined || user.password !== fields.get('password')) {
    return sendPage(res, 422, 'Sign in', form(data, 'Unknown user name or wrong password.'))
  }
  await provider.interactionFinished(req, res, { login: { accountId: user.id } })
}

function form(data: LogtoData, problem: string): string {
  return `<p>This is a stand-in for Logto, for the demo and the tests.</p>
<p role="alert">${problem}</p>
<form method="post">
  <label for="username">User name</label>
  <input id="username" name="username" autocomplete="username" required autofocus>
  <label for="password">Password</label>
  <input id="password" name="password" type="password" autocomplete="current-password" required>
  <button>Sign in</button>
</form>
<p>Users:</p>
<ul>${data.users.map(userLine).join('')}</ul>`
}

function userLine({ username, password, roles }: User): string {
  const held = roles.length === 0 ? 'no role' : `role ${roles.join(', ')}`
  const credentials = `<code>${escapeHtml(username)}</code> / <code>${escapeHtml(password)}</code>`
  return `<li>${credentials} (${escapeHtml(held)})</li>`
}
