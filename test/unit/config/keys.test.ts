import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { parseConfig } from '../../../src/config/load.ts'
import { configKeys } from '../../support/config-keys.ts'

type Value = string | boolean | Value[] | { [key: string]: Value }

const files = 'test/cases/config/files'
const certificate = { cert: `${files}/tls.crt`, key: `${files}/tls.key` }

/** The keys that a map must hold in addition to the one that is tried, so that this one alone is wrong. */
const neighbours: Readonly<Record<string, { [key: string]: Value }>> = {
  apis: { todo: { resource: 'https://api.example.com/', upstream: 'http://legacy-api:3000', routes: {} } },
  'apis.*': { resource: 'https://api.example.com/', upstream: 'http://legacy-api:3000', routes: {} },
  'apis.*.upstream': { url: 'https://legacy-api' },
  'apis.*.upstream.tls': certificate,
  'apis.*.cors': { origins: ['https://app.example.com'] },
  'identity.profile': { from: 'management', headers: { 'X-User-Email': 'primaryEmail' } },
  chatgpt: { clients: ['app1'], redirectUris: ['https://chatgpt.com/aip/g-1/oauth/callback'] },
  'chatgpt.manifest': {
    nameForHuman: 'Todos',
    nameForModel: 'todos',
    descriptionForHuman: 'Your todos.',
    descriptionForModel: 'Lists todos.',
    logoUrl: 'https://example.com/logo.png',
    contactEmail: 'help@example.com',
    legalInfoUrl: 'https://example.com/legal',
  },
  log: { pseudonymise: true },
  'logto.management': { id: 'm2m', secret: 'secret' },
  'logto.applications.*': { type: 'traditional' },
  'logto.webhook': { url: 'https://api.example.com/hook' },
  'revocation.webhook': { path: '/hook', signingKey: 'a-secret-of-16-bytes' },
  'routes.*': { authenticated: true },
  'routes.*.upstream': { url: 'https://legacy-api' },
  'routes.*.upstream.tls': certificate,
  'issuer.client': { id: 'gateway1', secret: 'a-secret-of-16-bytes' },
  tls: certificate,
}
const kinds = ['scopes', 'anyOf', 'public', 'optional', 'authenticated']

/** A configuration with this value at this key, and only what must stand around it. */
function configWith(key: string, value: Value): { text: string; path: string } {
  const path = key.replace(/^routes\.\*/, 'apis.todo.routes./x').replace(/^apis\.\*/, 'apis.todo')
  const names = path.split('.')
  const build = (depth: number): Value => {
    const name = names[depth]
    if (name === undefined) return value
    const at = names.slice(0, depth).join('.')
    const pattern = at.replace(/^apis\.todo\.routes\.\/x/, 'routes.*').replace(/^apis\.todo/, 'apis.*')
    const beside = kinds.includes(name) && pattern === 'routes.*' ? {} : (neighbours[pattern] ?? {})
    return { ...beside, [name]: build(depth + 1) }
  }
  const issuer = { logto: 'https://tenant.logto.app' }
  // ChatGPT signs in for an API that needs tokens.
  const routes = key.startsWith('chatgpt') ? { '/todos': 'read' } : {}
  const apis = { todo: { resource: 'https://api.example.com/', upstream: 'http://legacy-api:3000', routes } }
  const around = {
    ...(key === 'issuers' ? {} : { issuer: key === 'issuer.url' ? {} : issuer }),
    ...(key.startsWith('apis') || key.startsWith('routes') ? {} : { apis }),
  }
  const built = build(0) as { [key: string]: Value }
  const merged = { ...around, ...built }
  if (key.startsWith('issuer.') && key !== 'issuer.url')
    merged['issuer'] = { ...issuer, ...(built['issuer'] as { [key: string]: Value }) }
  return { text: stringify(merged), path }
}

/** A list of lists is no value of any key. */
const nonsense: Value = [[[]]]

describe('every key', () => {
  test.each([...configKeys().keys()])('%s refuses what it cannot be, once and at its place', (key) => {
    const { text, path } = configWith(key, nonsense)
    const { config, issues } = parseConfig(text, { fileName: 'gateway.yaml', env: {} })
    expect(config).toBeUndefined()
    expect(issues.map((issue) => issue.path.replace(/\.0$/, ''))).toEqual([path])
  })

  test.each([...configKeys().keys()])('%s refuses a map with a key that nobody knows', (key) => {
    const { text, path } = configWith(key, { 'a key that nobody knows': [] })
    const { config, issues } = parseConfig(text, { fileName: 'gateway.yaml', env: {} })
    expect(config).toBeUndefined()
    expect(issues.length).toBeGreaterThan(0)
    for (const issue of issues) expect(issue.path.startsWith(path)).toBe(true)
  })
})
