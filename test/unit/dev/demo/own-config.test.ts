import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseConfig } from '../../../../src/config/load.ts'
import { ownConfig } from '../../../../src/dev/demo/own-config.ts'

const replacements = {
  listen: '127.0.0.1:8080',
  adminListen: '127.0.0.1:9090',
  logto: 'http://127.0.0.1:3001',
  publicUrl: 'http://127.0.0.1:8080',
  upstream: 'http://localhost:4000',
}
const own = (text: string | undefined, more = {}) =>
  parse(ownConfig(text, { ...replacements, ...more }) ?? '')

const full = `# Ours
listen: 0.0.0.0:443
publicUrl: https://api.example.com
issuers:
  ours: { url: https://issuer.example.com }
tls: { cert: a.pem, key: b.pem }
workers: 4
limits: { bodyBytes: 1MiB }
apis:
  todo:
    issuer: ours
    clients: [app1]
    resource: https://api.example.com/
    upstream: { url: https://legacy.internal, tls: { ca: ca.pem } }
    routes:
      /todos: { GET: read, POST: { scopes: write, upstream: http://writer.internal } }
      /files/**: { scopes: read, upstream: http://files.internal }
      /plain: read
`

describe("somebody's own configuration in the demo", () => {
  it('keeps the routes and limits, and replaces where it listens and whom it trusts', () => {
    const { apis, ...top } = own(full)
    expect(top).toEqual({
      listen: '127.0.0.1:8080',
      publicUrl: 'http://127.0.0.1:8080',
      limits: { bodyBytes: '1MiB' },
      issuer: { logto: 'http://127.0.0.1:3001' },
      admin: { listen: '127.0.0.1:9090' },
      log: { format: 'pretty' },
    })
    expect(apis.todo).toEqual({
      resource: 'https://api.example.com/',
      upstream: 'http://localhost:4000',
      routes: {
        '/todos': { GET: 'read', POST: { scopes: 'write' } },
        '/files/**': { scopes: 'read' },
        '/plain': 'read',
      },
    })
  })

  it('keeps the upstreams of the file when no other is named', () => {
    const { todo } = own(full, { upstream: undefined }).apis
    expect(todo.upstream.url).toBe('https://legacy.internal')
    expect(todo.routes['/files/**'].upstream).toBe('http://files.internal')
  })

  it('loads', () => {
    const text = ownConfig(full, replacements) ?? ''
    expect(parseConfig(text, { fileName: 'gateway.yaml', env: {} }).issues).toEqual([])
  })

  it('is one rule that tells reading from writing when there is no file', () => {
    expect(own(undefined).apis.api.routes).toEqual({ '/**': { GET: 'read', any: 'write' } })
  })

  it.each(['listen: [', '- a', 'text', ''])('is left alone when it is no YAML map: %j', (text) => {
    expect(ownConfig(text, replacements)).toBeUndefined()
  })
})
