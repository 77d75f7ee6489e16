import { expect, test } from 'vitest'
import { setupLines } from '../../../../src/commands/chatgpt/setup-text.ts'
import { chatGptFileOf } from '../../../../src/commands/chatgpt/subject.ts'
import { parseConfig } from '../../../../src/config/load.ts'

const callback = (host: string) => `https://${host}/aip/g-1/oauth/callback`
const both = `"${callback('chat.openai.com')}", "${callback('chatgpt.com')}"`

function linesOf(chatgpt: string, more = '', surface: 'actions' | 'mcp' = 'actions'): string {
  const yaml = `publicUrl: https://api.example.com
issuer: { logto: "https://auth.example.com" }
chatgpt: { ${chatgpt} }
apis:
  todo:
    resource: https://api.example.com/todo
    upstream: http://127.0.0.1:1
    permissions: { read: Read, write: Write }
    routes: { /todos: { GET: read, POST: write } }
${more}`
  const { config, issues } = parseConfig(yaml, { fileName: '/nowhere/gateway.yaml', env: {}, use: 'visit' })
  const file = config && chatGptFileOf(config)
  if (file === undefined || typeof file === 'string') throw new Error(file ?? JSON.stringify(issues))
  return setupLines(file, surface).join('\n')
}

test('with the facade: field by field, and both callbacks for Logto', () => {
  const text = linesOf(`clients: [app-1], redirectUris: [${both}], openapi: ./openapi.yaml`)
  for (const line of [
    'Authentication Type    OAuth',
    'Client ID              app-1',
    'Client Secret          (console of Logto, Applications → the application)',
    'Authorization URL      https://api.example.com/oauth/authorize',
    'Token URL              https://api.example.com/oauth/token',
    'Scope                  read write',
    'Token Exchange Method  Default (POST request)',
    'Schema                 Import from URL: https://api.example.com/openapi.json',
    callback('chat.openai.com'),
    callback('chatgpt.com'),
  ])
    expect(text).toContain(`  ${line}\n`)
  expect(text).toContain('of the type Traditional web')
  expect(text).not.toContain('Without the facade')
})

test('without the facade: the endpoints of Logto, and the conditions', () => {
  const text = linesOf('scopes: read')
  expect(text).toContain('Authorization URL      https://auth.example.com/oidc/auth\n')
  expect(text).toContain('Token URL              https://auth.example.com/oidc/token\n')
  expect(text).toContain('Scope                  read\n')
  expect(text).toContain('the API must be the Default API, and openid may not be in the scope')
  expect(text).toContain('https://chatgpt.com/aip/g-ID/oauth/callback')
})

test('one callback of two names the other', () => {
  const text = linesOf(`clients: [app-1], redirectUris: ["${callback('chatgpt.com')}"]`)
  expect(text).toContain(`Add ${callback('chat.openai.com')} to chatgpt.redirectUris, too`)
})

const logto = `logto:
  management: { id: m2m, secret: "\${UNSET}" }
  applications:
    ChatGPT: { type: traditional, redirectUris: ["${callback('chatgpt.com')}"] }
`

test('an application of the file is made by apply, and what it lacks is named', () => {
  const text = linesOf(`clients: [ChatGPT], redirectUris: [${both}]`, logto)
  expect(text).toContain('(the id of ChatGPT: run scopegate logto apply)')
  expect(text).toContain('scopegate logto apply makes the application ChatGPT')
  expect(text).toContain(
    `Add to logto.applications.ChatGPT.redirectUris:\n\n  ${callback('chat.openai.com')}`,
  )
})

test('the manifest is named where it is configured', () => {
  const manifest = `manifest: { nameForHuman: T, nameForModel: t, descriptionForHuman: t, descriptionForModel: t,
    logoUrl: "https://example.com/l.png", contactEmail: a@example.com, legalInfoUrl: "https://example.com/legal" }`
  const text = linesOf(`clients: [app-1], redirectUris: [${both}], ${manifest}`)
  expect(text).toContain('The plugin manifest stands at https://api.example.com/.well-known/ai-plugin.json.')
  expect(text).toContain('Privacy Policy         https://example.com/legal\n')
})

test('for MCP: the address to type, where its metadata stands, and that Logto registers nobody', () => {
  const text = linesOf('scopes: read', '', 'mcp')
  expect(text).toContain('MCP Server URL  https://api.example.com/todo\n')
  expect(text).toContain('https://api.example.com/.well-known/oauth-protected-resource/todo\n')
  expect(text).toContain('Logto has no dynamic registration')
})
