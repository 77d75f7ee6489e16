import { request } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { listenForCallback } from '../../../../src/commands/chatgpt/callback.ts'
import { CheckFault } from '../../../../src/commands/chatgpt/check-fault.ts'
import { freePort } from '../../../support/chatgpt.ts'

async function listening(waitMs = 5000) {
  const port = await freePort()
  const redirectUri = `http://127.0.0.1:${port}/callback`
  const callback = await listenForCallback(redirectUri, 'the-state', waitMs)
  onTestFinished(() => callback.close())
  return { callback, redirectUri, port }
}

test('the query of the one sign-in that began here is given, and the page has nothing of it', async () => {
  const { callback, redirectUri } = await listening()
  const response = await fetch(`${redirectUri}?state=the-state&code=%3Cscript%3E`)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(await response.text()).not.toContain('script')
  expect((await callback.query).get('code')).toBe('<script>')
})

test('another state, path or method is refused, and the wait goes on', async () => {
  const { callback, redirectUri, port } = await listening()
  expect((await fetch(`${redirectUri}?state=another&code=x`)).status).toBe(400)
  expect((await fetch(`${redirectUri}?code=x`)).status).toBe(400)
  expect((await fetch(`http://127.0.0.1:${port}/favicon.ico`)).status).toBe(404)
  expect((await fetch(`${redirectUri}?state=the-state&code=x`, { method: 'POST' })).status).toBe(404)
  const odd = await new Promise<number | undefined>((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: '//evil.example/callback?state=the-state' }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
  expect(odd).toBe(404)
  await fetch(`${redirectUri}?state=the-state&code=y`)
  expect((await callback.query).get('code')).toBe('y')
})

test('nobody who comes in time is a fault that says what to do', async () => {
  const { callback } = await listening(20)
  await expect(callback.query).rejects.toThrow(CheckFault)
  await expect(callback.query).rejects.toThrow(/no browser came back within 0 s/)
})

test('a port that is taken is a fault', async () => {
  const { redirectUri } = await listening()
  await expect(listenForCallback(redirectUri, 's', 5000)).rejects.toThrow(/nobody can wait at .*EADDRINUSE/)
})
