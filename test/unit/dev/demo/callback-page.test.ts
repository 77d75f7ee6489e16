import { afterEach, beforeEach, expect, it } from 'vitest'
import { type CallbackPage, curl, startCallbackPage } from '../../../../src/dev/demo/callback-page.ts'
import { type StandInLogto, startStandInLogto } from '../../../../src/dev/logto/stand-in-logto.ts'

let logto: StandInLogto
let page: CallbackPage
beforeEach(async () => {
  logto = await startStandInLogto()
  page = await startCallbackPage(logto, 'http://127.0.0.1:8080')
})
afterEach(async () => {
  await page.close()
  await logto.close()
})

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

it('shows the access token of whoever signs in, and commands that use it', async () => {
  const text = await signInAs('alice')
  expect(text).toContain('Signed in')
  expect(text).toContain('&quot;scope&quot;: &quot;read&quot;')
  expect(text).toMatch(/curl -i -H 'Authorization: Bearer eyJ[\w.-]+' http:\/\/127\.0\.0\.1:8080\/todos/)
})

it('says that Logto refused somebody without a role', async () => {
  expect(await signInAs('bob')).toContain('Logto refused: access_denied')
})

it('lets somebody else sign in with the same browser', async () => {
  const cookies = new Map<string, string>()
  expect(await signInAs('alice', cookies)).toContain('Signed in')
  expect(await signInAs('bob', cookies)).toContain('Logto refused: access_denied')
  expect(await signInAs('alice', cookies)).toContain('Signed in')
})

it('refuses a callback that it did not begin', async () => {
  const response = await fetch(`${page.url}callback?code=stolen&state=guessed`)
  expect(response.status).toBe(400)
})

it('writes commands that can be pasted', () => {
  expect(curl('http://g', 'GET /todos', undefined)).toBe('curl -i http://g/todos')
  expect(curl('http://g', 'POST /todos', 't')).toBe(
    "curl -i -X POST -H 'Authorization: Bearer t' http://g/todos",
  )
})
