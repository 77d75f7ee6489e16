import { describe, expect, it } from 'vitest'
import { type Distinction, foldPath, foldSegment } from '../../../src/http/look-alike.ts'
import { irregularityBit as bit } from '../../../src/http/request-target.ts'

const fold = (path: string, distinguishes: Distinction[] = [], allowed = 0) =>
  foldPath(path, distinguishes, allowed)

describe('folding', () => {
  it.each([
    ['/Admin/Users', '/admin/users'],
    ['/admin.', '/admin'],
    ['/admin%20/users', '/admin/users'],
    ['/admin.%20./users', '/admin/users'],
    ['/admin.json', '/admin'],
    ['/admin.json/', '/admin/'],
    ['/admin.json.', '/admin'],
    ['/admin%20.json', '/admin'],
    ['/a.b/c.d.e', '/a.b/c.d'],
    ['/.env', '/.env'],
    ['/..x', '/..x'],
    ['/.env.local', '/.env'],
    ['/%E2%84%AAey', '/key'],
    ['/%EF%BD%81dmin', '/admin'],
    ['/caf%C3%89', '/café'],
    ['/a%3Ab%21', '/a:b!'],
    ['/100%25', '/100%'],
    ['/a%2Fb', '/a%2fb'],
    ['/a%5Cb', '/a\\b'],
    ['/', '/'],
    ['*', '*'],
  ])('reads %s as %s', (path, folded) => {
    expect(fold(path)).toBe(folded)
  })

  it.each([
    '/...',
    '/a/.%20/b',
    '/%20',
    '/a/%EF%BC%8E%EF%BC%8E/b',
    '/a/%E2%80%A5/b',
    '/%20.json',
    '/..%EF%BC%8Fa',
  ])('refuses %s: a dot segment or nothing is left', (path) => {
    expect(fold(path)).toBeUndefined()
  })
})

describe('distinguishes', () => {
  it.each<[Distinction, string, string]>([
    ['case', '/Admin.json', '/Admin'],
    ['dots', '/Admin./x.', '/admin./x'],
    ['extension', '/Admin.json', '/admin.json'],
    ['unicode', '/%EF%BD%81.x', '/ａ'],
  ])('%s leaves that part alone', (distinction, path, folded) => {
    expect(fold(path, [distinction])).toBe(folded)
  })

  it('dots keeps a segment of three dots, but never a dot segment', () => {
    expect(fold('/...', ['dots', 'extension'])).toBe('/...')
    expect(fold('/%EF%BC%8E%EF%BC%8E', ['dots', 'extension'])).toBeUndefined()
  })
})

describe('where the route allows irregular targets', () => {
  it.each([
    ['/a%2Fb', 'encoded-slash', '/a/b'],
    ['/a%5Cb', 'encoded-slash', '/a/b'],
    ['/a%2F%2Fb', 'encoded-slash', '/a/b'],
    ['/a//b///c', 'empty-segments', '/a/b/c'],
    ['/a;x=1/b;y', 'path-parameters', '/a/b'],
    ['/a/;x/b', 'path-parameters', '/a/b'],
    ['/a%3Bx/b', 'encoded-delimiters', '/a/b'],
    ['/a%3Fb/c', 'encoded-delimiters', '/a'],
    ['/a%23b/c', 'encoded-delimiters', '/a'],
    ['/%2541dmin', 'encoded-percent', '/admin'],
    ['/a%25252Fb', 'encoded-percent', '/a/b'],
    ['/caf%E9', 'non-utf8', '/café'],
    ['/%C1%A1dmin', 'non-utf8', '/admin'],
    ['/100%25', 'path-parameters', '/100%'],
  ] as const)('%s under %s is %s', (path, name, folded) => {
    expect(fold(path, [], bit[name])).toBe(folded)
  })

  it.each([
    ['/a%2F..%2Fb', 'encoded-slash'],
    ['/a/%252e%252e/b', 'encoded-percent'],
    ['/a/%25252e./b', 'encoded-percent'],
    ['/a/%C0%AE%C0%AE/b', 'non-utf8'],
    ['/a/%E0%80%AE./b', 'non-utf8'],
    ['/a/..%C0%AFb', 'non-utf8'],
  ] as const)('%s under %s hides a dot segment', (path, name) => {
    expect(fold(path, [], bit[name])).toBeUndefined()
  })
})

it('escapes nested deeper than any server reads are refused, at once', () => {
  const start = performance.now()
  expect(fold(`/%${'25'.repeat(4000)}`, [], bit['encoded-percent'])).toBeUndefined()
  expect(performance.now() - start).toBeLessThan(100)
  expect(fold('/%25252541', [], bit['encoded-percent'])).toBe('/a')
})

describe('a literal segment', () => {
  it('loses its extension only where it is the last', () => {
    expect(foldSegment('V1.Json', [], true)).toBe('v1')
    expect(foldSegment('V1.Json', [], false)).toBe('v1.json')
  })

  it('that no path may fold to stays as it is', () => {
    expect(foldSegment('...', [], true)).toBe('...')
  })
})

it('a long run of dots is folded in linear time', () => {
  const start = performance.now()
  fold(`/${'.'.repeat(8000)}a${'.'.repeat(8000)}`)
  fold(`/a${';'.repeat(8000)}${'%2525'.repeat(1000)}`, [], bit['encoded-percent'])
  expect(performance.now() - start).toBeLessThan(200)
})
