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

describe('a pattern', () => {
  test('is folded in its literals, and loses the extension of the last one', () => {
    expect(foldPattern(patternOf('/A.b/{Id}/C.json').segments, [])).toEqual([
      { kind: 'literal', text: 'a.b' },
      { kind: 'param', name: 'Id' },
      { kind: 'literal', text: 'c' },
    ])
  })

  test.each([
    ['/a/{Id}/b', true],
    ['/a/**', true],
    ['/A', false],
    ['/a.json', false],
    // As `/v1.0` it covers the path that loses its extension.
    ['/v1.0/**', false],
    ['/v1.0/x', true],
  ])('%s folds to itself: %s', (text, folded) => {
    expect(isFolded(patternOf(text).segments, [])).toBe(folded)
  })
})
