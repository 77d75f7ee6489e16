import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Provider } from 'oidc-provider'
import { html, type Markup, sendPage } from '../../stand-in/page.ts'
import type { LogtoData, User } from '../data.ts'
import { readBody } from '../read-body.ts'
import { callerOf } from '../webhooks/caller.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import { consentPage } from './consent-page.ts'
import { signInEvent } from './sign-in-event.ts'

export type SignIn = {
  readonly provider: Provider
  readonly data: LogtoData
  readonly webhooks: Webhooks
}

/** The page at `/sign-in/…`: a form that a person fills in and a test posts (`username`, `password`). */
export async function signInPage(signIn: SignIn, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { provider, data, webhooks } = signIn
  const interaction = await provider.interactionDetails(req, res).catch(() => undefined)
  if (interaction === undefined) return sendPage(res, 400, 'Sign in', noSession)
  const { params, prompt } = interaction
  const { client_id: clientId, scope } = params
  if (prompt.name === 'consent') return consentPage(signIn, { clientId, scope }, req, res)
  if (req.method !== 'POST') return sendPage(res, 200, 'Sign in', form(data, undefined))
  const fields = new URLSearchParams((await readBody(req)).toString())
  const user = data.users.find((candidate) => candidate.username === fields.get('username'))
  if (user === undefined || user.password !== fields.get('password')) {
    return sendPage(res, 422, 'Sign in', form(data, 'Unknown user name or wrong password.'))
  }
  if (user.isSuspended === true) return sendPage(res, 401, 'Sign in', form(data, 'This user is suspended.'))
  const application = data.applications.find(({ id }) => id === clientId)
  await provider.interactionFinished(req, res, { login: { accountId: user.id } })
  webhooks.fireInteraction(signInEvent(user, application, callerOf(req)))
}

const noSession = html`<p>This sign-in is over, or began in another browser. Start again in the application.</p>`

function form(data: LogtoData, problem: string | undefined): Markup {
  return html`<p class="soft">This page stands in for Logto's, in the demo and in the tests.</p>
${problem === undefined ? '' : html`<p role="alert">${problem}</p>`}
<h2>Who are you today?</h2>
<ul class="people">${data.users.map(shortcut)}</ul>
<details${problem === undefined ? '' : html` open`}>
<summary>Sign in with a password</summary>
<form method="post">
  <label for="username">User name</label>
  <input id="username" name="username" autocomplete="username" required>
  <label for="password">Password</label>
  <input id="password" name="password" type="password" autocomplete="current-password" required>
  <button>Sign in</button>
</form>
</details>`
}

/** One button that fills in the form. The passwords of a stand-in are no secret. */
function shortcut({ username, password, roles }: User): Markup {
  const held = roles.length === 0 ? 'has no role' : `has the role ${roles.join(', ')}`
  return html`<li><form method="post">
  <input type="hidden" name="username" value="${username}">
  <input type="hidden" name="password" value="${password}">
  <span><strong>${username}</strong> <span class="soft">${held}</span></span>
  <button>Sign in as ${username}</button>
</form></li>`
}
