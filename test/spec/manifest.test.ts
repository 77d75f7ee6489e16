import { describe, expect, test } from 'vitest'
import { createStage } from '../support/stage.ts'

const path = '/.well-known/ai-plugin.json'

const start = (chatgpt = '', publicUrl = 'https://api.test') =>
  createStage(`
issuer: { url: ISSUER }
publicUrl: ${publicUrl}
chatgpt:
  clients: [app1]
  redirectUris: [https://chatgpt.com/aip/g-1/oauth/callback]
  manifest:
    nameForHuman: Aufgaben für dich
    nameForModel: todos
    descriptionForHuman: Your todos.
    descriptionForModel: Lists and adds the user's todos.
    logoUrl: https://example.com/logo.png
    contactEmail: help@example.com
    legalInfoUrl: https://example.com/legal
    verificationTokens: { openai: abc }
  ${chatgpt}
apis:
  todo:
    resource: https://api.test/todo
    upstream: UPSTREAM
    hosts: [api.test]
    routes: { /todos: { GET: read, POST: write }, "/**": public }
  other:
    resource: https://other.test/
    upstream: UPSTREAM
    hosts: [other.test]
    routes: { "/**": public }
`)

const at = { Host: 'api.test' }

describe('the plugin manifest', () => {
  test('has the form of 2023, with the URLs of the facade', async () => {
    const stage = await start()
    const { status, headers, body } = await stage.call(path, { headers: at })
    expect([status, headers['content-type']]).toEqual([200, 'application/json'])
    expect(JSON.parse(body)).toEqual({
      schema_version: 'v1',
      name_for_human: 'Aufgaben für dich',
      name_for_model: 'todos',
      description_for_human: 'Your todos.',
      description_for_model: "Lists and adds the user's todos.",
      auth: {
        type: 'oauth',
        client_url: 'https://api.test/oauth/authorize',
        authorization_url: 'https://api.test/oauth/token',
        scope: 'read write',
        authorization_content_type: 'application/x-www-form-urlencoded',
        verification_tokens: { openai: 'abc' },
      },
      api: { type: 'openapi', url: 'https://api.test/openapi.json', is_user_authenticated: true },
      logo_url: 'https://example.com/logo.png',
      contact_email: 'help@example.com',
      legal_info_url: 'https://example.com/legal',
    })
  })

  test('names the scopes of chatgpt.scopes, and URLs below the path of publicUrl', async () => {
    const stage = await start('scopes: write', 'https://api.test/gateway/')
    const { body } = await stage.call(path, { headers: at })
    expect(JSON.parse(body)).toMatchObject({
      auth: {
        client_url: 'https://api.test/gateway/oauth/authorize',
        authorization_url: 'https://api.test/gateway/oauth/token',
        scope: 'write',
      },
      api: { url: 'https://api.test/gateway/openapi.json' },
    })
  })

  test.each(['https://chat.openai.com', 'https://chatgpt.com'])(
    'may be read by pages of %s',
    async (Origin) => {
      const stage = await start()
      const { headers } = await stage.call(path, { headers: { ...at, Origin } })
      expect(headers).toMatchObject({ 'access-control-allow-origin': Origin, vary: 'Origin' })
      const preflight = await stage.call(path, {
        method: 'OPTIONS',
        headers: { ...at, Origin, 'Access-Control-Request-Method': 'GET' },
      })
      expect(preflight.status).toBe(204)
      expect(preflight.headers['access-control-allow-origin']).toBe(Origin)
    },
  )

  test.each(['https://evil.test', 'http://chatgpt.com', 'null'])(
    'may not be read by pages of %s',
    async (Origin) => {
      const stage = await start()
      const { headers } = await stage.call(path, { headers: { ...at, Origin } })
      expect(headers['access-control-allow-origin']).toBeUndefined()
      expect(headers['vary']).toBe('Origin')
    },
  )

  test('is there on the hosts of its API alone, and for its own methods', async () => {
    const stage = await start()
    expect((await stage.call(path, { headers: { Host: 'other.test' } })).body).toBe('ok')
    const post = await stage.call(path, { method: 'POST', headers: at })
    expect([post.status, post.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS'])
    const alike = await stage.call('/.well-known/AI-plugin.json', { headers: at })
    expect(alike.problem.code).toBe('ambiguous_target')
  })
})
