import { describe, expect, test } from 'vitest'
import { createEndpointTable } from '../../../src/endpoint/endpoint-table.ts'
import type { OwnEndpoint } from '../../../src/endpoint/own-endpoint.ts'
import { parseRequestTarget } from '../../../src/http/request-target.ts'

const endpoint = (path: string, methods: string[], hosts: string[] = []): OwnEndpoint => ({
  path,
  methods,
  hosts,
  requires: 'nothing',
  respond: () => undefined,
})

const document = endpoint('/document', ['GET', 'HEAD'], ['a.test'])
const hook = endpoint('/hook', ['POST'])
const wide = endpoint('/document', ['GET'], ['*.test'])
const table = createEndpointTable([wide, document, hook])

function find(host: string, raw: string, method: string, upgrade = false) {
  const target = parseRequestTarget(raw, method, host)
  if ('code' in target) throw new Error(target.detail)
  return table?.find({ hostName: host, method, upgrade }, target)
}

describe('the table of own endpoints', () => {
  test('is none where there are none', () => {
    expect(createEndpointTable([])).toBeUndefined()
  })

  test('finds one by its path on any host', () => {
    expect(find('x.example', '/hook', 'POST')).toBe(hook)
    expect(find('x.example', '/hook/?a', 'POST')).toBe(hook)
    expect(find('x.example', '/other', 'POST')).toBeUndefined()
  })

  test('refuses every method that an endpoint does not have, and names those that it has', () => {
    for (const method of ['GET', 'HEAD', 'PUT', 'OPTIONS', 'post'])
      expect(find('a', '/hook', method)).toMatchObject({ code: 'method_not_allowed', allow: 'POST' })
    expect(find('a.test', '/document', 'POST')).toMatchObject({ allow: 'GET, HEAD', pattern: '/document' })
  })

  test('refuses upgrades', () => {
    const refused = { code: 'unsupported_upgrade', pattern: '/document' }
    expect(find('a.test', '/document', 'GET', true)).toMatchObject(refused)
    expect(find('a.test', '/hook', 'GET', true)).toMatchObject({ code: 'method_not_allowed' })
  })

  test('refuses look-alikes, whatever the method', () => {
    expect(find('a', '/Hook', 'POST')).toMatchObject({ code: 'ambiguous_target' })
    expect(find('a', '/hook.php', 'GET')).toMatchObject({ code: 'ambiguous_target' })
  })

  test('leaves paths of endpoints of other hosts alone', () => {
    expect(find('a.example', '/document', 'GET')).toBeUndefined()
    expect(find('a.example', '/Document', 'GET')).toBeUndefined()
  })

  test('gives a path to the endpoint that names the host most precisely', () => {
    expect(find('a.test', '/document', 'GET')).toBe(document)
    expect(find('b.test', '/document', 'GET')).toBe(wide)
  })

  test('leaves hosts that lead to others to them, but for an endpoint that belongs to no API', () => {
    const everywhere = { ...hook, onEveryHost: true }
    const taken = createEndpointTable([wide, document, everywhere], ['a.test', '*.b.test', 'c.example'])
    const at = (host: string, path: string, method: string) => {
      const target = parseRequestTarget(path, method, host)
      if ('code' in target) throw new Error(target.detail)
      return taken?.find({ hostName: host, method, upgrade: false }, target)
    }
    expect(at('a.test', '/document', 'GET')).toBe(document)
    expect(at('b.test', '/document', 'GET')).toBe(wide)
    expect(at('x.b.test', '/document', 'GET')).toBeUndefined()
    expect(at('x.b.test', '/Document', 'GET')).toBeUndefined()
    expect(at('c.example', '/hook', 'POST')).toBe(everywhere)
  })
})
