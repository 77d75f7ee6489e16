import { describe, expect, test } from 'vitest'
import { irregularityBit, parseRequestTarget } from '../../../src/http/request-target.ts'
import { parsePattern } from '../../../src/route/pattern.ts'
import type { Requirement } from '../../../src/route/requirement.ts'
import { createRouteTable, type TableRoute } from '../../../src/route/table.ts'

type Named = TableRoute & { readonly name: string }

function tableOf(routes: Record<string, string>, allow = 0) {
  const paths = Object.entries(routes).map(([path, word]) => {
    const pattern = parsePattern(path)
    if (typeof pattern === 'string') throw new Error(pattern)
    const requirement: Requirement =
      word === 'public' ? { kind: 'public' } : { kind: 'scopes', anyOf: [[word]], where: [] }
    return {
      pattern,
      methods: new Map<string, Named>([['GET', { kind: 'route', requirement, allow, name: path }]]),
    }
  })
  return createRouteTable<Named>([{ name: 'api', hosts: [], pathPrefix: '', distinguishes: [], paths }])
}

function ask(table: ReturnType<typeof tableOf>, raw: string, method = 'GET'): string {
  const target = parseRequestTarget(raw, method, 'h')
  if ('code' in target) return target.code
  const found = table.find('h', target, method)
  return found.kind === 'route' ? found.name : found.code
}

describe('the route table', () => {
  const table = tableOf({
    '/a': 'r',
    '/a/{id}': 'r',
    '/a/b': 'r',
    '/a/**': 'r',
    '/x/{y}/z': 'r',
    '/x/y/{w}': 'r',
    '/': 'r',
  })

  test.each([
    ['/', '/'],
    ['/a', '/a'],
    ['/a/', '/a'],
    ['/a/b', '/a/b'],
    ['/a/c', '/a/{id}'],
    ['/a/c/d', '/a/**'],
    ['/x/y/z', '/x/y/{w}'],
    ['/x/q/z', '/x/{y}/z'],
    ['/b', 'not_found'],
    ['/a/b?c=/x', '/a/b'],
  ])('takes %s to %s', (raw, name) => {
    expect(ask(table, raw)).toBe(name)
  })

  test('covers the path itself with **', () => {
    expect(ask(tableOf({ '/admin/**': 'r' }), '/admin')).toBe('/admin/**')
  })

  test('refuses a method that the most specific path does not list', () => {
    expect(ask(table, '/a/b', 'POST')).toBe('method_not_allowed')
    const target = parseRequestTarget('/a/b', 'POST', 'h')
    if ('code' in target) throw new Error(target.detail)
    expect(table.find('h', target, 'POST')).toMatchObject({
      detail: 'This path has no route for this method; it has GET',
      allow: 'GET',
    })
  })

  test.each(['/Admin/x', '/admin./x', '/admin%20/x', '/ADMIN', '/admin.json'])(
    'refuses the look-alike %s of a stricter route',
    (raw) => {
      expect(ask(tableOf({ '/**': 'public', '/admin/**': 'admin' }), raw)).toBe('ambiguous_target')
    },
  )

  test('takes the end of an open path for no other route because of a dot in it', () => {
    const table = tableOf({ '/**': 'public', '/v1.0/**': 'admin', '/v2': 'r' })
    expect(ask(table, '/v1.0')).toBe('/v1.0/**')
    expect(ask(table, '/v1.0/todos')).toBe('/v1.0/**')
    expect(ask(table, '/v1')).toBe('ambiguous_target')
    expect(ask(table, '/v2')).toBe('/v2')
  })

  test('keeps a route that looks like the end of an open path', () => {
    const table = tableOf({ '/v1.0/**': 'admin', '/v1': 'r' })
    expect(ask(table, '/v1')).toBe('/v1')
    expect(ask(table, '/v1.0')).toBe('ambiguous_target')
  })

  test('answers an irregular path 400 unless the route allows it, and before 404', () => {
    expect(ask(table, '/a/b%2Fc')).toBe('ambiguous_target')
    expect(ask(table, '/nowhere//x')).toBe('ambiguous_target')
    expect(ask(tableOf({ '/a/{id}': 'r' }, irregularityBit['encoded-slash']), '/a/b%2Fc')).toBe('/a/{id}')
  })
})

test('a thousand hosts that nobody serves do not end the memory of those that are served', () => {
  let reads = 0
  const hosts = new Proxy(['api.test'], {
    get(target, name, receiver) {
      if (name === Symbol.iterator) reads += 1
      return Reflect.get(target, name, receiver)
    },
  })
  const table = createRouteTable([{ name: 'api', hosts, pathPrefix: '', distinguishes: [], paths: [] }])
  for (let i = 0; i < 1000; i++) table.findApi(`junk-${i}.test`, '/')
  expect(table.findApi('api.test', '/')).toBe('api')
  const readsBefore = reads
  for (let i = 0; i < 100; i++) expect(table.findApi('api.test', '/')).toBe('api')
  expect(reads).toBe(readsBefore)
})
