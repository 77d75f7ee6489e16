import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../../src/config/load.ts'
import type { LogtoConfig } from '../../../src/config/logto-config.ts'
import { lockOf, planOf } from '../../../src/logto/plan.ts'
import type { Tenant } from '../../../src/logto/tenant.ts'

const nothing: Tenant = { resources: [], roles: [], applications: [], users: new Map(), hooks: [] }

function logtoOf(block: string, api = ''): LogtoConfig {
  const text = `issuer: { logto: https://a.test }
apis:
  todo: { resource: "https://t/", upstream: http://t, permissions: { read: Read, write: Write }, routes: {}${api} }
logto: ${block}
`
  const { config, issues } = parseConfig(text, {
    fileName: '/nowhere/gateway.yaml',
    env: {},
    use: 'provision',
  })
  if (config?.logto === undefined) throw new Error(JSON.stringify(issues))
  return config.logto
}

const resource = {
  id: 'res',
  name: 'To do',
  indicator: 'https://t/',
  isDefault: false,
  accessTokenTtl: 3600,
  scopes: [
    { id: 's1', name: 'read', description: 'Read' },
    { id: 's2', name: 'write', description: 'Write' },
  ],
}

const lines = (logto: LogtoConfig, tenant: Tenant, prune = false) =>
  planOf(tenant, logto, { prune }).changes.map(({ sign, text }) => `${sign} ${text}`)

describe('the plan', () => {
  test('is empty where everything is so', () => {
    expect(planOf({ ...nothing, resources: [resource] }, logtoOf('{}'), { prune: true })).toEqual({
      changes: [],
      faults: [],
    })
  })

  test('leaves alone what the file does not say: name, lifetime, Default API', () => {
    expect(
      lines(logtoOf('{ roles: {} }'), { ...nothing, resources: [{ ...resource, accessTokenTtl: 60 }] }),
    ).toEqual([])
  })

  test('changes each member that differs, in one call', () => {
    const [change, ...more] = planOf(
      { ...nothing, resources: [resource] },
      logtoOf('{ accessTokenTtl: 15m }', ', name: Todo API'),
      { prune: false },
    ).changes
    expect(more).toEqual([])
    expect(change).toEqual({
      sign: '~',
      text: 'API resource https://t/: name To do → Todo API, access token TTL 3600 s → 900 s',
      method: 'PATCH',
      path: ['resources', 'res'],
      body: { name: 'Todo API', accessTokenTtl: 900 },
      expects: { name: 'Todo API', accessTokenTtl: 900 },
    })
  })

  test('makes a role bare, and then gives it permissions that may not exist yet, by reference', () => {
    const { changes } = planOf(nothing, logtoOf('{ roles: { R: { todo: read write } } }'), { prune: false })
    const ofRole = changes.filter(({ text }) => text.startsWith('role'))
    expect(ofRole.map(({ path, body }) => ({ path, body }))).toEqual([
      { path: ['roles'], body: { name: 'R', description: 'R', type: 'User' } },
      {
        path: ['roles', { ref: 'role R' }, 'scopes'],
        body: { scopeIds: [{ ref: 'permission https://t/ read' }, { ref: 'permission https://t/ write' }] },
      },
    ])
  })

  test('adds only what a role lacks: one that it has would fail the whole call', () => {
    const role = { id: 'r1', name: 'R', description: 'R', type: 'User', scopeIds: ['s1'] }
    const tenant = { ...nothing, resources: [resource], roles: [role] }
    const { changes } = planOf(tenant, logtoOf('{ roles: { R: { todo: read write } } }'), { prune: false })
    expect(changes.map(({ body }) => body)).toEqual([{ scopeIds: [{ ref: 'permission https://t/ write' }] }])
  })

  test('takes nothing away without prune', () => {
    const scopes = [...resource.scopes, { id: 's3', name: 'old', description: '' }]
    const tenant = { ...nothing, resources: [{ ...resource, scopes }] }
    expect(lines(logtoOf('{}'), tenant)).toEqual([])
    expect(lines(logtoOf('{}'), tenant, true)).toEqual(['- permission old of To do, from every role too'])
  })

  test('never has a role lose what a permission takes along that goes altogether', () => {
    const scopes = [...resource.scopes, { id: 's3', name: 'old', description: '' }]
    const role = { id: 'r1', name: 'R', description: 'R', type: 'User', scopeIds: ['s1', 's3'] }
    const tenant = { ...nothing, resources: [{ ...resource, scopes }], roles: [role] }
    expect(lines(logtoOf('{ roles: { R: { todo: read } } }'), tenant, true)).toEqual([
      '- permission old of To do, from every role too',
    ])
  })

  test('does not change what it is given', () => {
    const tenant = structuredClone({ ...nothing, resources: [resource] })
    planOf(tenant, logtoOf('{ accessTokenTtl: 15m }'), { prune: true })
    expect(tenant).toEqual({ ...nothing, resources: [resource] })
  })
})

test('the file of ids holds what exists, and no secret', () => {
  expect(
    lockOf({ ...nothing, resources: [resource] }, logtoOf('{ applications: { A: { type: spa } } }')),
  ).toEqual({
    endpoint: 'https://a.test',
    applications: {},
    resources: { 'https://t/': 'res' },
  })
})

describe('the Management API', () => {
  test.each([
    ['https://default.logto.app/api', 'https://auth.example.com'],
    ['https://abc.logto.app/api', 'https://abc.logto.app'],
  ])('is %s for %s', (identifier, tenant) => {
    const text = `issuer: { logto: "${tenant}" }\napis: { t: { resource: "https://t/", upstream: http://t, routes: {} } }\nlogto: {}\n`
    const { config } = parseConfig(text, { fileName: 'gateway.yaml', env: {} })
    expect(config?.logto).toMatchObject({ resource: identifier, endpoint: tenant, tenant })
  })
})
