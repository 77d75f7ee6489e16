import { html, type Markup } from '../stand-in/page.ts'
import { curl } from './curl.ts'
import { type Observed, seenHeaders } from './observed.ts'

/** A request that was made with somebody's access token, and what came back. */
export type TriedRequest = {
  readonly method: string
  readonly path: string
  readonly host?: string | undefined
  /** Undefined when there was no response. */
  readonly observed: Observed | undefined
}

/** Makes the page after the sign-in: it shows the content of the token, and what the gateway makes of it. */
export function tokenPage(options: {
  readonly gateway: string
  readonly token: string
  readonly claims: Readonly<Record<string, unknown>>
  readonly tried: readonly TriedRequest[]
}): Markup {
  const { gateway, token, claims, tried } = options
  const scope = String(claims['scope'] ?? '')
  return html`<p>Logto has issued an access token that holds ${scopesIn(scope)}. ChatGPT would send it with
every request; this page has just done the same.</p>
<h2>What the gateway made of it</h2>
${tried.map(result)}
<details>
<summary>Try it yourself with curl</summary>
<pre>TOKEN=${token}</pre>
${tried.map((request) => html`<pre>${curl(gateway, request, '$TOKEN')}</pre>`)}
</details>
<details>
<summary>What the access token says</summary>
<pre>${JSON.stringify(claims, null, 2)}</pre>
</details>
${again}`
}

/** For somebody to whom Logto gave no token at all. */
export function refusedPage(error: string, description: string | undefined): Markup {
  const why =
    error === 'access_denied'
      ? html`<p>Whoever signed in has no role, as bob in this demo. So none of the permissions that were asked
for can be granted, and Logto issues no access token. In a real Logto, open <em>User management</em>, the tab
<em>Roles</em> of this user, and assign a role that holds a permission of the API.</p>`
      : html`<p>No access token was issued.</p>`
  return html`<div class="result refused">
<span class="status">${error}</span> ${description ?? ''}
<p>Logto said this in its redirect, before any request could be made.</p>
</div>
${why}
${again}`
}

/** For whatever went wrong on the way. */
export function problemPage(text: string): Markup {
  return html`<p>${text}</p>\n${again}`
}

const again = html`<p><a href="/">Sign in again, perhaps as somebody else</a></p>`

function scopesIn(scope: string): Markup {
  if (scope === '') return html`<strong>no scope</strong>`
  const scopes = scope.split(' ')
  return html`the ${scopes.length === 1 ? 'scope' : 'scopes'} <strong>${scopes.join(', ')}</strong>`
}

function result({ method, path, observed }: TriedRequest): Markup {
  const request = html`<code>${method} ${path}</code>`
  if (observed === undefined)
    return html`<div class="result refused"><span class="status">no response</span>${request}</div>`
  const refused = observed.status >= 400 ? ' refused' : ''
  return html`<div class="result${refused}"><span class="status">${observed.status}</span>${request}
${explanation(observed)}</div>`
}

function explanation(observed: Observed): Markup {
  const { body, challenge } = observed
  const seen = seenHeaders(observed)
  if (seen !== undefined)
    return html`<p>The API saw no access token. It saw the user in these headers:</p>
<ul>${identityHeaders(seen)}</ul>`
  if (typeof body['detail'] !== 'string') return html`<p class="soft">This is your API's response.</p>`
  return html`<p>${String(body['code'])}: ${body['detail']}</p>
${challenge === undefined ? '' : html`<p class="soft"><code>WWW-Authenticate: ${challenge}</code></p>`}`
}

function identityHeaders(seen: Readonly<Record<string, unknown>>): Markup[] {
  return ['X-User-Id', 'X-User-Scopes', 'X-Client-Id']
    .filter((name) => seen[name.toLowerCase()] !== undefined)
    .map((name) => html`<li><code>${name}: ${String(seen[name.toLowerCase()])}</code></li>`)
}
