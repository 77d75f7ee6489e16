import { describe, expect, test } from 'vitest'
import type { Distinction } from '../../../src/http/look-alike.ts'
import { foldApi, foldPattern, isFolded, isLookAlike } from '../../../src/route/look-alikes.ts'
import { parsePattern } from '../../../src/route/pattern.ts'
import type { Requirement } from '../../../src/route/requirement.ts'

function patternOf(text: string) {
  const pattern = parsePattern(text)
  if (typeof pattern === 'string') throw new Error(pattern)
  return pattern
}

/** `public`, or the scope that a GET needs. */
function routeOf(word: string) {
  const requirement: Requirement =
    word === 'public' ? { kind: 'public' } : { kind: 'scopes', anyOf: [[word]], where: [] }
  return { requirement, allow: 0 }
}

function apiOf(routes: Record<string, string>, pathPrefix = '', distinguishes: readonly Distinction[] = []) {
  const paths = Object.entries(routes).map(([text, word]) => ({
    pattern: patternOf(text),
    methods: new Map([['GET', routeOf(word)]]),
  }))
  return foldApi({ distinguishes, pathPrefix }, paths)
}

describe('a request looks like another one', () => {
  const api = apiOf({ '/**': 'read', '/admin/**': 'admin', '/same': 'read' })
  const ask = (path: string, word: string, method = 'GET') =>
    isLookAlike({ path, method, route: routeOf(word) }, api, [api])

  test('when its folded path has a route that needs something else', () => {
    expect(ask('/ADMIN/x', 'read')).toBe(true)
    expect(ask('/admin./x', 'read')).toBe(true)
  })

  test('when the route of its folded path does not list the method', () => {
    expect(ask('/SAME', 'read', 'POST')).toBe(true)
  })

  test('when a segment of nothing but dots and spaces is left', () => {
    expect(ask('/a/%20', 'read')).toBe(true)
  })

  test('not when the route of its folded path needs the same, nor when there is none', () => {
    expect(ask('/SAME', 'read')).toBe(false)
    const few = apiOf({ '/a': 'read' })
    expect(isLookAlike({ path: '/B', method: 'GET', route: routeOf('read') }, few, [few])).toBe(false)
  })
})

describe('a parameter with literals around it', () => {
  const api = apiOf({
    '/{name}': 'read',
    '/{name}:cancel': 'write',
    '/report.{format}': 'export',
    '/u-{id}': 'users',
  })
  const ask = (path: string, word: string) =>
    isLookAlike({ path, method: 'GET', route: routeOf(word) }, api, [api])

  test.each([
    ['/jobs:cancel', 'write'],
    ['/jobs', 'read'],
    ['/report.pdf', 'export'],
    ['/u-7', 'users'],
    ['/u-7.json', 'users'],
  ])('leaves %s, which needs %s, alone', (path, word) => {
    expect(ask(path, word)).toBe(false)
  })

  test.each([
    ['an upper-case literal', '/jobs:CANCEL', 'read'],
    ['an extension behind the literal', '/jobs:cancel.json', 'read'],
    ['a dot behind the literal', '/jobs:cancel.', 'read'],
    ['a full-width literal', '/jobs%EF%BC%9Acancel', 'read'],
    ['an upper-case prefix', '/U-7', 'read'],
    ['a name that loses its extension', '/report', 'read'],
    ['one of two extensions that are lost', '/report.tar.gz', 'export'],
  ])('is seen behind %s', (_, path, word) => {
    expect(ask(path, word)).toBe(true)
  })
})

describe('among the APIs of a host', () => {
  const admin = apiOf({ '/admin/**': 'admin' }, '/admin')
  const rest = apiOf({ '/**': 'admin' })
  const open = apiOf({ '/**': 'public' })
  const ask = (path: string, word: string, own: typeof rest) =>
    isLookAlike({ path, method: 'GET', route: routeOf(word) }, own, [admin, own])

  test('the folded path chooses, and another API is another requirement: its tokens are others', () => {
    expect(ask('/ADMIN/x', 'admin', rest)).toBe(true)
    expect(ask('/other/X', 'admin', rest)).toBe(false)
  })

  test('a public route may look like a public one of another API', () => {
    const neighbour = apiOf({ '/admin/**': 'public' }, '/admin')
    const request = { path: '/ADMIN/x', method: 'GET', route: routeOf('public') }
    expect(isLookAlike(request, open, [neighbour, open])).toBe(false)
    expect(ask('/ADMIN/x', 'public', open)).toBe(true)
  })

  test('each folds as its own upstream does', () => {
    const exact = apiOf({ '/admin/**': 'admin' }, '/admin', ['case'])
    const request = { path: '/ADMIN/x', method: 'GET', route: routeOf('public') }
    expect(isLookAlike(request, open, [exact, open])).toBe(false)
  })
})

describe('a script before the last segment', () => {
  const routes = {
    '/**': 'read',
    '/admin': 'admin',
    '/users/{id}': 'admin',
    '/users/{id}/files': 'read',
    '/v1/**': 'read1',
    '/v1.1/**': 'read11',
    '/tool.php/**': 'tool',
  }
  const ask = (path: string, word: string, distinguishes: readonly Distinction[] = []) => {
    const api = apiOf(routes, '', distinguishes)
    return isLookAlike({ path, method: 'GET', route: routeOf(word) }, api, [api])
  }

  test.each([
    ['/admin.php/x', 'read'],
    ['/ADMIN.Php/x/y.z', 'read'],
    ['/admin.json./x', 'read'],
    ['/users.php/7', 'read'],
    ['/v1.php/x', 'read'],
    ['/tool/x', 'read'],
    ['/index.php/admin', 'read'],
    ['/index.php/users/7', 'read'],
  ])('%s is a look-alike', (path, word) => {
    expect(ask(path, word)).toBe(true)
    expect(ask(path, word, ['extension'])).toBe(false)
  })

  test.each([
    ['/users/jane@example.com/files', 'read'],
    ['/users/jane.doe/files', 'read'],
    ['/v1.1/x', 'read11'],
    ['/v1/x.y', 'read1'],
    ['/tool.php/x', 'tool'],
    ['/other.php/admin', 'read'],
    ['/a.b/c.d/e.f', 'read'],
  ])('%s is none: a value or a path that is declared', (path, word) => {
    expect(ask(path, word)).toBe(false)
  })

  test('is found in an API that its name would choose', () => {
    const admin = apiOf({ '/admin/**': 'admin' }, '/admin')
    const rest = apiOf({ '/**': 'read' })
    const request = { path: '/admin.php/x', method: 'GET', route: routeOf('read') }
    expect(isLookAlike(request, rest, [admin, rest])).toBe(true)
  })

  test('does not hide an API whose path has a dot', () => {
    const versioned = apiOf({ '/v1.0/**': 'read' }, '/v1.0')
    const rest = apiOf({ '/**': 'other' })
    const request = { path: '/v1.0/x', method: 'GET', route: routeOf('read') }
    expect(isLookAlike(request, versioned, [versioned, rest])).toBe(false)
  })
})

describe('a pattern', () => {
  test('is folded in its literals, and loses the extension of the last one', () => {
    expect(foldPattern(patternOf('/A.b/{Id}/C.json').segments, [])).toEqual([
      { kind: 'literal', text: 'a.b' },
      { kind: 'param', name: 'Id' },
      { kind: 'literal', text: 'c' },
    ])
  })

  test.each([
    ['/A{Id}B', [{ kind: 'affixed', name: 'Id', prefix: 'a', suffix: 'b' }]],
    ['/{id}.json', [{ kind: 'param', name: 'id' }]],
    ['/v{id}.json', [{ kind: 'affixed', name: 'id', prefix: 'v', suffix: '' }]],
    ['/{id}.json/x', [{ kind: 'affixed', name: 'id', prefix: '', suffix: '.json' }, expect.anything()]],
    ['/report.{format}', [{ kind: 'literal', text: 'report' }]],
    ['/{id}\uff1aX', [{ kind: 'affixed', name: 'id', prefix: '', suffix: ':x' }]],
    ['/{id}.', [{ kind: 'param', name: 'id' }]],
    ['/.{id}', [{ kind: 'affixed', name: 'id', prefix: '.', suffix: '' }]],
  ])('%s is folded around its parameter', (text, segments) => {
    expect(foldPattern(patternOf(text).segments, [])).toEqual(segments)
  })

  test.each([
    ['/a{Id}/b', true],
    ['/A{Id}', false],
    ['/{id}.json', false],
    ['/{id}.json/x', true],
    ['/a/{Id}/b', true],
    ['/a/**', true],
    ['/A', false],
    ['/a.json', false],
    // `/v1` looks like the path that it covers, `/v1/x` like one that a script of this name is given.
    ['/v1.0/**', false],
    ['/v1.0/x', false],
  ])('%s folds to itself: %s', (text, folded) => {
    expect(isFolded(patternOf(text).segments, [])).toBe(folded)
  })
})
