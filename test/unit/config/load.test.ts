import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatIssue } from '../../../src/config/issue.ts'
import { loadConfig, parseConfig } from '../../../src/config/load.ts'

const head =
  'issuer: { logto: https://tenant.logto.app }\napis:\n  todo:\n' +
  '    resource: https://api.example.com/\n    upstream: http://legacy:3000\n    routes:\n'

function parse(text: string, env: Record<string, string> = {}) {
  return parseConfig(text, { fileName: 'gateway.yaml', env })
}

function problems(text: string, env: Record<string, string> = {}): string[] {
  return parse(text, env).issues.map(
    ({ severity, line, path, message }) => `${severity} ${line} ${path}: ${message}`,
  )
}

describe('a configuration', () => {
  test('that ships as the example loads without a word', () => {
    const result = loadConfig(join(import.meta.dirname, '../../../gateway.example.yaml'), {})
    expect(result.issues).toEqual([])
    expect(result.config?.apis[0]?.paths.length).toBe(8)
  })

  test('gets every default', () => {
    const { config } = parse(`${head}      /todos: read\n`)
    expect(config?.listen).toEqual({ host: '0.0.0.0', port: 8080 })
    expect(config?.issuers.get('default')?.issuer).toBe('https://tenant.logto.app/oidc')
    expect(config?.tokens).toEqual({
      clockToleranceMs: 5000,
      maxBytes: 8192,
      maxLifetimeMs: 86_400_000,
      cacheMaxEntries: 20_000,
    })
    expect(config?.apis[0]?.identityHeaders[0]).toEqual({ header: 'X-User-Id', claim: 'sub' })
    const route = config?.apis[0]?.paths[0]?.methods.get('GET')
    expect(route?.bodyBytes).toBe(10 * 1024 * 1024)
    expect(route?.requirement).toEqual({ kind: 'scopes', anyOf: [['read']], where: [] })
  })

  test('with routes: {} is valid and refuses everything', () => {
    expect(
      parse('apis: { a: { resource: https://a/, upstream: http://b, routes: {} } }').config?.apis[0]?.paths,
    ).toEqual([])
  })

  test('lets HEAD go with GET, and any stand for the rest', () => {
    const { config } = parse(`${head}      /a: { GET: read, any: admin }\n`)
    const methods = config?.apis[0]?.paths[0]?.methods
    expect(methods?.get('HEAD')).toBe(methods?.get('GET'))
    expect([...(methods?.keys() ?? [])].sort()).toEqual([
      'DELETE',
      'GET',
      'HEAD',
      'OPTIONS',
      'PATCH',
      'POST',
      'PUT',
    ])
  })

  test('with many mistakes shows all of them at once', () => {
    const routes = `${head}      /a: { scope: read }\n      /b/: read\n    upstrem: x\n`
    const sections = 'limits: { bodyBytes: 10 }\ntimeouts: { idle: 5 }\nlog: { level: loud }\n'
    const text = `${routes}${sections}listen: here\nworkers: 0\n`
    expect(problems(text).length).toBe(8)
  })

  test('never prints an expanded value', () => {
    const text = `${head}      /a: read\nlog: { level: "\${LEVEL}" }\n`
    expect(problems(text, { LEVEL: 'sesame-open-1234567' }).join()).not.toContain('sesame')
  })

  test('prints an issue as file, line, column, path, message, excerpt and carets', () => {
    const result = parse(`${head}      /todos:\n        scope: read\n`)
    const [issue] = result.issues
    expect(issue && formatIssue(issue, result)).toBe(
      'gateway.yaml:8:9 apis.todo.routes./todos.scope: unknown key, did you mean "scopes"?\n\n' +
        '    scope: read\n    ^^^^^\n',
    )
  })
})
