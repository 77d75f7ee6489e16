import { expect } from 'vitest'
import { sendRaw } from '../../support/raw.ts'
import { createStage } from '../../support/stage.ts'
import { httpVectors, type Scene } from './vector.ts'

/** The vectors of the OAuth facade: nobody is redirected, with a state or without one. */
export const facadeScenes: Readonly<Record<string, Scene>> = Object.fromEntries(
  httpVectors.filter(({ id }) => id.startsWith('FACADE-')).map(({ id }) => [id, staysHere]),
)

const callback = 'https://app.test/cb'

async function staysHere({ id, raw }: Parameters<Scene>[0]): Promise<void> {
  const stage = await createStage(`
issuer: { logto: ORIGIN, tokenEndpoint: ISSUER/token }
chatgpt: { clients: [app], redirectUris: ["${callback}"] }
apis:
  todo: { resource: https://api.test/, upstream: UPSTREAM, routes: { /admin: admin } }
`)
  const here = raw.replace('GET /authorize?', 'GET /oauth/authorize?')
  const bare = await sendRaw(stage.gateway.port, here)
  expect([400, 404]).toContain(bare.status)
  expect(bare.text).not.toMatch(/^(?:location|set-cookie|refresh):/im)
  const stated = await sendRaw(stage.gateway.port, here.replace('response_type', 'state=s1&response_type'))
  const [, location] = /^location: (.*)\r$/im.exec(stated.text) ?? []
  expect(location?.split('?')[0]).toBe(redirected[id]?.replace('ISSUER', stage.issuer.url))
  expect(stage.upstream.received()).toBe('')
}

/** With a state these are requests of a known client for its own redirect URI. */
const redirected: Readonly<Record<string, string>> = {
  // GPT Actions send no PKCE. Logto asks for it where the application must use it.
  'FACADE-009': 'ISSUER/auth',
  'FACADE-011': callback,
}
