import { describe, expect, test } from 'vitest'
import {
  callback,
  chatgptSecret,
  createScripted,
  createStory,
  type Respond,
  redeem,
  sendTokens,
  unsigned,
} from '../support/facade.ts'

describe('the log', () => {
  test('has a line for each request, with the path as its route and without the query', async () => {
    const story = await createStory()
    const { refresh_token: refreshToken = '' } = await story.tokens({ state: 'my-state-1' })
    const line = {
      outcome: 'allow',
      status: 302,
      method: 'GET',
      path: '/oauth/authorize',
      route: '/oauth/authorize',
    }
    const token = {
      outcome: 'allow',
      status: 200,
      method: 'POST',
      path: '/oauth/token',
      route: '/oauth/token',
    }
    const lines = story.gateway.logs.filter(({ outcome }) => outcome === 'allow')
    expect(lines).toMatchObject([line, token])
    expect(refreshToken).not.toBe('')
    for (const secret of ['my-state-1', chatgptSecret, refreshToken, 'redirect_uri', 'response_type'])
      expect(story.gateway.logText()).not.toContain(secret)
  })

  const secrets = {
    ...{ code: 'SECRET-code', refresh_token: 'SECRET-refresh', client_secret: 'SECRET-secret' },
    ...{ code_verifier: 'SECRET-verifier', client_assertion: 'SECRET-assertion' },
  }
  const answers: [string, Respond][] = [
    ['gives tokens', (response) => sendTokens(response, unsigned({ jti: 'SECRET' }), secrets)],
    ['gives a token for another API', (response) => sendTokens(response, unsigned({ aud: 'x' }), secrets)],
    ['gives an opaque token', (response) => sendTokens(response, 'SECRET-opaque', secrets)],
    [
      'refuses',
      (response) => void response.writeHead(400).end(JSON.stringify({ error: 'SECRET-error', ...secrets })),
    ],
    ['talks nonsense', (response) => void response.end('SECRET-nonsense')],
    ['redirects', (response) => void response.writeHead(307, { location: '/?SECRET-location' }).end()],
    ['is gone', (response) => void response.destroy()],
  ]
  test.each(answers)(
    'has no code, token, secret or state at any level where Logto %s',
    async (_, respond) => {
      const facade = await createScripted(respond)
      const state = 'SECRET-state'
      await facade.authorize({ state, nonce: 'SECRET-nonce', login_hint: 'SECRET-hint' })
      await facade.authorize({ state, response_type: 'token' })
      await facade.authorize({ state, client_id: 'SECRET-client' })
      await facade.authorize({ state, redirect_uri: 'https://evil.test/SECRET-callback' })
      await facade.call(`/oauth/authorize?state=SECRET-state&state=${state}`)
      const { client_assertion: _assertion, ...one } = secrets
      const parameters = { ...redeem, ...one, redirect_uri: callback }
      for (const how of [{}, { json: true }]) {
        await facade.token(parameters, how)
        await facade.token({ ...parameters, ...secrets }, how)
        await facade.token({ ...parameters, client_id: 'SECRET-client' }, how)
        await facade.token({ ...parameters, resource: 'SECRET-resource' }, how)
        await facade.token({ ...parameters, grant_type: 'SECRET-grant' }, how)
      }
      await facade.token({ ...redeem, code: 'SECRET-code' }, { basic: true, secret: 'SECRET-secret' })
      const headers = { 'Content-Type': 'text/plain' }
      await facade.call('/oauth/token?code=SECRET-code', { method: 'POST', body: 'SECRET-body', headers })
      expect(facade.gateway.logs.filter(({ msg }) => msg === 'request')).toHaveLength(17)
      expect(facade.gateway.logText()).not.toMatch(/SECRET|U0VDUkVU/)
    },
  )
})
