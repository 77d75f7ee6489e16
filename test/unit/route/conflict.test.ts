import { describe, expect, test } from 'vitest'
import type { Distinction } from '../../../src/http/look-alike.ts'
import { findRouteConflicts } from '../../../src/route/conflict.ts'
import { parsePattern } from '../../../src/route/pattern.ts'
import type { Condition, Requirement } from '../../../src/route/requirement.ts'
import type { TableApi, TableRoute } from '../../../src/route/table.ts'

type Methods = string | Record<string, string>
type Options = {
  readonly name?: string
  readonly hosts?: readonly string[]
  readonly pathPrefix?: string
  readonly distinguishes?: readonly Distinction[]
}

/** A word is a scope; `public` is public, `own` compares a claim with the path's second segment. */
function requirement(word: string): Requirement {
  if (word === 'public') return { kind: 'public' }
  if (word === 'authenticated' || word === 'optional') return { kind: word, where: [] }
  const where: Condition[] = word === 'own' ? [{ claim: 'sub', expected: { param: 'id', segment: 1 } }] : []
  return { kind: 'scopes', anyOf: word.split(' or ').map((set) => set.split(' ')), where }
}

function apiOf(routes: readonly (readonly [path: string, methods: Methods])[], options: Options = {}) {
  const paths = routes.map(([path, methods]) => {
    const pattern = parsePattern(path)
    if (typeof pattern === 'string') throw new Error(pattern)
    const words = typeof methods === 'string' ? { GET: methods } : methods
    const compiled = Object.entries(words).map(
      ([method, word]) =>
        [method, { kind: 'route', requirement: requirement(word), allow: 0 }] as [string, TableRoute],
    )
    return { pattern, methods: new Map(compiled) }
  })
  const api: TableApi<TableRoute> = {
    name: 'a',
    hosts: [],
    pathPrefix: '',
    distinguishes: [],
    ...options,
    paths,
  }
  return api
}

function conflictsOf(...apis: readonly TableApi<TableRoute>[]): string[] {
  const at = ({ api, path }: { api: string; path?: string }) => (path === undefined ? api : `${api} ${path}`)
  return findRouteConflicts(apis).map(({ kind, first, second }) => `${kind}: ${at(first)} ~ ${at(second)}`)
}

describe('two paths of one API', () => {
  test.each([
    ['/users/{id}', '/users/{name}'],
    ['/users/{id}', '/users/*'],
    ['/a/{x}/c', '/a/*/c'],
    ['/a/**', '/a/**'],
  ])('that cover the same set, %s and %s, conflict whatever they need', (first, second) => {
    const found = [`same-path: a ${first} ~ a ${second}`]
    expect(
      conflictsOf(
        apiOf([
          [first, 'read'],
          [second, 'read'],
        ]),
      ),
    ).toEqual(found)
    expect(
      conflictsOf(
        apiOf([
          [first, { GET: 'read' }],
          [second, { POST: 'write' }],
        ]),
      ),
    ).toEqual(found)
  })

  test.each([
    ['/users/{id}', '/users/me'],
    ['/users/{id}', '/users'],
    ['/users/{id}', '/users/**'],
    ['/users/*/x', '/users/{id}/y'],
    ['/a/{x}', '/{x}/a'],
  ])('of which one is only more specific, %s and %s, do not', (first, second) => {
    expect(
      conflictsOf(
        apiOf([
          [first, 'read'],
          [second, 'read'],
        ]),
      ),
    ).toEqual([])
  })

  test.each([
    ['/admin', '/Admin'],
    ['/admin', '/admin.json'],
    ['/admin', '/admin.'],
    ['/admin/{id}', '/ADMIN/{name}'],
    ['/käse', '/KÄSE'],
    ['/file', '/\ufb01le'],
    ['/admin/**', '/Admin/**'],
  ])(
    'that a folding upstream takes for one, %s and %s, conflict when they differ in what they need',
    (first, second) => {
      expect(
        conflictsOf(
          apiOf([
            [first, 'read'],
            [second, 'admin'],
          ]),
        ),
      ).toEqual([`look-alike: a ${first} ~ a ${second}`])
      expect(
        conflictsOf(
          apiOf([
            [first, 'read'],
            [second, 'read'],
          ]),
        ),
      ).toEqual([])
    },
  )

  test.each<[Methods, Methods, boolean]>([
    ['read write', 'write read', false],
    ['read or write', 'write or read', false],
    ['read read', 'read', false],
    ['read', 'read or write', true],
    ['public', 'optional', true],
    ['authenticated', 'optional', true],
    ['own', 'own', false],
    [{ GET: 'read', POST: 'write' }, { POST: 'write', GET: 'read' }, false],
    [{ GET: 'read', POST: 'write' }, { GET: 'read' }, true],
    [{ GET: 'read' }, { POST: 'read' }, true],
  ])('%j and %j differ: %s', (first, second, differ) => {
    expect(
      conflictsOf(
        apiOf([
          ['/todos', first],
          ['/Todos', second],
        ]),
      ),
    ).toHaveLength(differ ? 1 : 0)
  })

  test.each<[Distinction, string, string]>([
    ['case', '/admin', '/Admin'],
    ['extension', '/admin', '/admin.json'],
    ['dots', '/admin/x', '/admin./x'],
    ['unicode', '/file', '/\ufb01le'],
  ])('do not conflict by %s where the upstream tells it apart', (distinction, first, second) => {
    const routes = [
      [first, 'read'],
      [second, 'admin'],
    ] as const
    expect(conflictsOf(apiOf(routes))).toHaveLength(1)
    expect(conflictsOf(apiOf(routes, { distinguishes: [distinction] }))).toEqual([])
  })

  test('are each told of, also when there are many', () => {
    const routes = ['/a', '/A', '/b', '/B'].map((path, i) => [path, `scope${i}`] as const)
    expect(conflictsOf(apiOf(routes))).toEqual(['look-alike: a /a ~ a /A', 'look-alike: a /b ~ a /B'])
  })
})

describe('a stricter literal beside a weaker wildcard', () => {
  test.each([
    ['/users/admin', 'admin', '/users/{id}', 'public'],
    ['/users/admin', 'read', '/users/*', 'authenticated'],
    ['/users/admin', 'read admin', '/users/{id}', 'read'],
    ['/users/admin', 'admin', '/users/{id}', 'admin or read'],
  ])('is told of: %s %s beside %s %s', (literal, stricter, wildcard, weaker) => {
    expect(
      conflictsOf(
        apiOf([
          [wildcard, weaker],
          [literal, stricter],
        ]),
      ),
    ).toEqual([`weaker-wildcard: a ${literal} ~ a ${wildcard}`])
  })

  test.each([
    ['/users/me', 'read', '/users/{id}', 'admin'],
    ['/users/me', 'read', '/users/{id}', 'read'],
    ['/users/me', 'write', '/users/{id}', 'read'],
    ['/users/me/x', 'admin', '/users/{id}', 'public'],
    ['/users/admin', 'admin', '/users/**', 'public'],
  ])('is not what these are: %s %s beside %s %s', (literal, own, wildcard, other) => {
    expect(
      conflictsOf(
        apiOf([
          [wildcard, other],
          [literal, own],
        ]),
      ),
    ).toEqual([])
  })

  test('is not what other methods make of it', () => {
    const routes = [
      ['/users/admin', { POST: 'admin' }],
      ['/users/{id}', { GET: 'public' }],
    ] as const
    expect(conflictsOf(apiOf(routes))).toEqual([])
  })

  test('is no matter where the upstream tells extensions apart', () => {
    const routes = [
      ['/users/admin', 'admin'],
      ['/users/{id}', 'public'],
    ] as const
    expect(conflictsOf(apiOf(routes, { distinguishes: ['extension'] }))).toEqual([])
  })
})

describe('two APIs', () => {
  const none = [] as const

  test.each<[Options, Options, boolean]>([
    [{}, {}, true],
    [{ hosts: ['x.test'] }, { hosts: ['x.test'] }, true],
    [{ hosts: ['x.test', 'y.test'] }, { hosts: ['y.test'] }, true],
    [{ hosts: ['*.x.test'] }, { hosts: ['*.x.test'] }, true],
    [{ hosts: ['x.test'], pathPrefix: '/v1' }, { hosts: ['x.test'], pathPrefix: '/v1' }, true],
    [{ hosts: ['x.test'] }, { hosts: ['y.test'] }, false],
    [{ hosts: ['x.test'] }, {}, false],
    [{ hosts: ['x.test'] }, { hosts: ['*.test'] }, false],
    [{ pathPrefix: '/v1' }, { pathPrefix: '/v2' }, false],
    [{ pathPrefix: '/v1' }, {}, false],
  ])('at %j and %j tie for a request: %s', (first, second, tie) => {
    const found = conflictsOf(apiOf(none, first), apiOf(none, { ...second, name: 'b' }))
    expect(found).toEqual(tie ? ['same-api: a ~ b'] : [])
  })

  test('of which one stands where a folding upstream reads a path of the other conflict', () => {
    const one = apiOf([['/Admin/x', 'public']])
    const other = apiOf([['/admin/x', 'admin']], { name: 'b', pathPrefix: '/admin' })
    expect(conflictsOf(one, other)).toEqual(['look-alike: a /Admin/x ~ b /admin/x'])
  })

  test('with the same path in both do not: the longer prefix wins', () => {
    const one = apiOf([['/admin/x', 'public']])
    const other = apiOf([['/admin/x', 'admin']], { name: 'b', pathPrefix: '/admin' })
    expect(conflictsOf(one, other)).toEqual([])
  })

  test('conflict by look-alikes even when both need the same token, unless they are public', () => {
    const pair = (word: string) => [
      apiOf([['/Admin/x', word]]),
      apiOf([['/admin/x', word]], { name: 'b', pathPrefix: '/admin' }),
    ]
    expect(conflictsOf(...pair('read'))).toEqual(['look-alike: a /Admin/x ~ b /admin/x'])
    expect(conflictsOf(...pair('public'))).toEqual([])
  })

  test('on different hosts have no look-alikes', () => {
    const one = apiOf([['/Admin/x', 'public']], { hosts: ['x.test'] })
    const other = apiOf([['/admin/x', 'admin']], { name: 'b', hosts: ['y.test'], pathPrefix: '/admin' })
    expect(conflictsOf(one, other)).toEqual([])
  })

  test('that share several hosts are told of once', () => {
    const hosts = ['x.test', 'y.test']
    const one = apiOf([['/Admin/x', 'public']], { hosts })
    const other = apiOf([['/admin/x', 'admin']], { name: 'b', hosts, pathPrefix: '/admin' })
    expect(conflictsOf(one, other)).toEqual(['look-alike: a /Admin/x ~ b /admin/x'])
  })

  test('are each folded as the other one reads it', () => {
    const one = apiOf([['/Admin/x', 'public']], { distinguishes: ['case'] })
    const other = apiOf([['/admin/x', 'admin']], { name: 'b', pathPrefix: '/admin' })
    expect(conflictsOf(one, other)).toHaveLength(1)
    const both = { distinguishes: ['case'] as const }
    expect(
      conflictsOf(
        apiOf([['/Admin/x', 'public']], both),
        apiOf([['/admin/x', 'admin']], { ...both, name: 'b', pathPrefix: '/admin' }),
      ),
    ).toEqual([])
  })
})

test('ten thousand routes are compared in less than two seconds', () => {
  const routes = Array.from({ length: 10_000 }, (_, i) => [`/r${i}/{id}`, 'read'] as const)
  const startedMs = performance.now()
  expect(conflictsOf(apiOf(routes))).toEqual([])
  expect(performance.now() - startedMs).toBeLessThan(2000)
})
