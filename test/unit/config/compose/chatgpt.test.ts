import { describe, expect, test } from 'vitest'
import type { ChatGptConfig } from '../../../../src/config/chatgpt-config.ts'
import { parseConfig } from '../../../../src/config/load.ts'

function load(chatgpt: string, more = ''): ChatGptConfig | undefined {
  const { config, issues } = parseConfig(
    `issuer: { logto: https://tenant.logto.app }
apis:
  todo:
    resource: https://api.example.com/
    upstream: http://legacy-api:3000
    routes: { /todos: { GET: read, POST: write, DELETE: { anyOf: [write admin, root] } } }
${more}
chatgpt: ${chatgpt}`,
    { fileName: 'gateway.yaml', env: {} },
  )
  expect(issues).toEqual([])
  return config?.chatgpt
}

const clients = 'clients: [app1], redirectUris: ["https://chatgpt.com/aip/g-1/oauth/callback"]'

describe('chatgpt', () => {
  test('is about the only API that needs tokens, with every scope that its routes name', () => {
    expect(load(`{ ${clients} }`)).toEqual({
      ...{ api: 'todo', resource: 'https://api.example.com/', issuer: 'default' },
      scopes: ['read', 'write', 'admin', 'root'],
      ...{ permissions: {}, operations: { consequential: {} } },
      facade: {
        ...{ clients: ['app1'], redirectUris: ['https://chatgpt.com/aip/g-1/oauth/callback'] },
        ...{ refresh: true, openid: 'drop' },
        limits: { perAddress: { most: 30, windowMs: 60_000 }, total: { most: 150, windowMs: 10_000 } },
      },
    })
  })

  test('has no facade without clients', () => {
    expect(load('{}')).not.toHaveProperty('facade')
  })

  test('takes everything as it is written', () => {
    const written = `scopes: "write  read", refresh: true, openid: keep, organization: org1`
    const limits = 'limits: { perAddress: 5/h, total: 20/s }'
    expect(load(`{ ${clients}, ${written}, ${limits} }`)).toMatchObject({
      scopes: ['write', 'read'],
      facade: {
        ...{ refresh: true, openid: 'keep', organization: 'org1' },
        limits: { perAddress: { most: 5, windowMs: 3_600_000 }, total: { most: 20, windowMs: 1000 } },
      },
    })
  })
})
