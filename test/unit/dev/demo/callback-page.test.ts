import { createServer } from 'node:http'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type CallbackPage, startCallbackPage } from '../../../../src/dev/demo/callback-page.ts'
import { type StandInLogto, startStandInLogto } from '../../../../src/dev/logto/stand-in-logto.ts'
import { close, listen } from '../../../../src/dev/stand-in/listen.ts'

let logto: StandInLogto
let page: CallbackPage
let gateway: { readonly origin: string; close(): Promise<void> }
beforeEach(async () => {
  logto = await startStandInLogto()
  gateway = await startFakeGateway()
  page = await startCallbackPage({
    clientId: 'chatgpt',
    logto,
    gateway: gateway.origin,
    scope: () => 'read write',
    requests: () => [
      { method: 'GET', path: '/todos' },
      { method: 'POST', path: '/todos' },
    ],
  })
})
afterEach(async () => {
  await page.close()
  await gateway.close()
  await logto.close()
})

/** Answers as the gateway does for alice: what she reads comes from the API, what she writes is refused. */
async function startFakeGateway() {
  const server = createServer((req, res) => {
    const allowed = req.method === 'GET'
    const seen = { receivedHeaders: { 'x-user-id': '7q6j4duell21', 'x-user-scopes': 'read' } }
    const problem = { code: 'insufficient_scope', detail: 'This route needs the scope write' }
    res.writeHead(allowed ? 200 : 403).end(JSON.stringify(allowed ? seen : problem))
  })
  const port = await listen(server, 0, '127.0.0.1')
  return { origin: `http://127.0.0.1:${port}`, close: () => close(server) }
}

/** A browser: keeps cookies, follows redirects, fills in and submits whatever form it meets. */
async function signInAs(username: string, cookies = new Map<string, string>()): Promise<string> {
  let url = page.url
  let form: URLSearchParams | undefined
  for (;;) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const init: RequestInit = form === undefined ? {} : { method: 'POST', body: form }
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { cookie } })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    const text = await response.text()
    if (location === null && !text.includes('<form')) return text
    form = location === null ? fillIn(text, username) : undefined
    url = new URL(location ?? /<form[^>]* action="([^"]*)"/.exec(text)?.[1] ?? url, url).href
  }
}

function fillIn(text: string, username: string): URLSearchParams {
  const hidden = [...text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)]
  const form = new URLSearchParams()
  for (const [, name = '', value = ''] of hidden) form.set(name, value)
  if (text.includes('name="username"')) form.set('username', username)
  if (text.includes('name="password"')) form.set('password', `${username}-password`)
  return form
}

it('makes the requests itself, and shows what came back and what the API saw', async () => {
  const text = await signInAs('alice')
  expect(text).toContain('Signed in')
  expect(text).toMatch(/200<\/span><code>GET \/todos<\/code>\s*<p>The API saw no access token/)
  expect(text).toContain('X-User-Id: 7q6j4duell21')
  expect(text).toContain('X-User-Scopes: read')
  expect(text).toMatch(/403<\/span><code>POST \/todos<\/code>\s*<p>insufficient_scope: /)
})

it('folds the access token away, with commands that use it', async () => {
  const text = await signInAs('alice')
  const folded = [...text.matchAll(/<details>(.*?)<\/details>/gs)].map(([, inside = '']) => inside)
  expect(folded[0]).toMatch(/<pre>TOKEN=eyJ[\w.-]+<\/pre>/)
  expect(folded[0]).toContain(
    `<pre>curl -i ${gateway.origin}/todos -H &quot;Authorization: Bearer $TOKEN&quot;</pre>`,
  )
  expect(folded[1]).toContain('&quot;scope&quot;: &quot;read&quot;')
  expect(text.replace(/<details>.*?<\/details>/gs, '')).not.toContain('eyJ')
})

it('says why Logto refused somebody without a role, and how to mend it', async () => {
  const text = await signInAs('bob')
  expect(text).toContain('access_denied')
  expect(text).toContain('has no role')
  expect(text).toContain('assign a role')
})

it('shows the gateway as it is: no response at all when it is gone', async () => {
  await gateway.close()
  expect(await signInAs('alice')).toContain('no response')
})

it('lets somebody else sign in with the same browser', async () => {
  const cookies = new Map<string, string>()
  expect(await signInAs('alice', cookies)).toContain('Signed in')
  expect(await signInAs('bob', cookies)).toContain('access_denied')
  expect(await signInAs('alice', cookies)).toContain('Signed in')
})

it('refuses a callback that it did not begin', async () => {
  const response = await fetch(`${page.url}callback?code=stolen&state=guessed`)
  expect(response.status).toBe(400)
})
