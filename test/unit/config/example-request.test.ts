import { describe, expect, it } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import { readsOf, refusedFor, scopesNamed } from '../../../src/config/example-request.ts'
import { parseConfig } from '../../../src/config/load.ts'

function load(routes: string, more = ''): Config {
  const yaml = `issuer: { logto: http://localhost:3001 }
apis:
  api:
    resource: https://api.example.com/
    upstream: http://localhost:3000
${more}
    routes:
${routes.replace(/^(?=.)/gm, '      ')}
`
  const { config } = parseConfig(yaml, { fileName: 'gateway.yaml', env: {} })
  if (config === undefined) throw new Error('the configuration is at fault')
  return config
}

const shown = (example: { method: string; path: string } | undefined) =>
  example && `${example.method} ${example.path}`

const todos = load(`/health: public
/me: authenticated
/todos/{id}: { GET: read, DELETE: { anyOf: [admin, "write delete"] } }
/todos: { GET: read, POST: write }
/users/{id}/**: { any: { scopes: profile, where: { sub: "{id}" } } }
/admin/**: admin`)

it('names every scope once, in the order of the file', () => {
  expect(scopesNamed(todos.apis)).toEqual(['read', 'admin', 'write', 'delete', 'profile'])
})

describe('a read to show', () => {
  it('needs a scope and has no parameter, where there is such a route', () => {
    expect(readsOf(todos).map(shown)).toEqual(['GET /todos', 'GET /admin', 'GET /todos/1', 'GET /me'])
  })

  it('is at the root when one rule covers everything', () => {
    expect(readsOf(load('/**: { GET: read, any: write }')).map(shown)).toEqual(['GET /'])
  })

  it('names the host of an API that has hosts', () => {
    const [read] = readsOf(load('/x: read', '    hosts: ["*.example.com"]'))
    expect(read).toMatchObject({ host: 'www.example.com' })
  })

  it('is not there when no route needs a token', () => {
    expect(readsOf(load('/**: public'))).toEqual([])
  })
})

describe('a request that is refused', () => {
  it('is to the same path, with another method', () => {
    const config = load('/**: { GET: read, any: write }')
    expect(shown(refusedFor('read', config, readsOf(config)[0]))).toBe('POST /')
  })

  it('is to another path where this one has no such method', () => {
    const config = load('/todos: read\n/admin/**: admin')
    expect(
      shown(refusedFor('read', config, { method: 'GET', path: '/todos', host: undefined, anyOf: [] })),
    ).toBe('GET /admin')
  })

  it('needs a scope, of which a token without any has none', () => {
    expect(shown(refusedFor(undefined, load('/me: authenticated\n/todos: read'), undefined))).toBe(
      'GET /todos',
    )
  })

  it('is not there when the token may do everything', () => {
    expect(refusedFor('read', load('/todos: read'), undefined)).toBeUndefined()
  })
})
