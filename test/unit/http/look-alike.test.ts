import { describe, expect, it } from 'vitest'
import { type Distinction, foldPath, foldSegment, stemOf } from '../../../src/http/look-alike.ts'

const fold = (path: string, distinguishes: readonly Distinction[] = []) => foldPath(path, distinguishes)

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
    ['/', '/'],
    ['*', '*'],
    ['', ''],
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

describe('what only a route that allows irregular targets lets come', () => {
  it.each([
    ['/a%2Fb', '/a/b'],
    ['/a%5Cb', '/a/b'],
    ['/a%2F%2Fb', '/a/b'],
    ['/a//b///c', '/a/b/c'],
    ['/a;x=1/b;y', '/a/b'],
    ['/a/;x/b', '/a/b'],
    ['/a%3Bx/b', '/a/b'],
    ['/a%3Fb/c', '/a'],
    ['/a%23b/c', '/a'],
    ['/%2541dmin', '/admin'],
    ['/a%25252Fb', '/a/b'],
    ['/caf%E9', '/café'],
    ['/%C1%A1dmin', '/admin'],
    ['/100%25', '/100%'],
  ])('is resolved: %s is %s', (path, folded) => {
    expect(fold(path)).toBe(folded)
  })

  it.each([
    '/a%2F..%2Fb',
    '/a/%252e%252e/b',
    '/a/%25252e./b',
    '/a/%C0%AE%C0%AE/b',
    '/a/%E0%80%AE./b',
    '/a/..%C0%AFb',
    '/admin%2500',
    '/admin%250A',
  ])('may hide a dot segment or a control character: %s is refused', (path) => {
    expect(fold(path)).toBeUndefined()
  })
})

describe('letter case is folded in full', () => {
  it.each([
    ['/adm%C4%B1n', '/admin'],
    ['/ADM%C4%B0N', '/admin'],
    ['/admi%CC%87n', '/admin'],
    ['/stra%C3%9Fe', '/strasse'],
    ['/STRA%E1%BA%9EE', '/strasse'],
    ['/%C5%BFecret', '/secret'],
    ['/%EF%AC%81les', '/files'],
    ['/%CE%A3%CE%8A%CE%A3%CE%A5%CE%A6%CE%9F%CE%A3', '/σίσυφοσ'],
    ['/%C7%84', '/dž'],
  ])('%s is %s', (path, folded) => {
    expect(fold(path)).toBe(folded)
  })

  it('so that no character differs from its capital, nor from its folded form when that is folded again', () => {
    const foldOne = (character: string) => foldSegment(`a${character}a`, [], false)
    const characters = Array.from({ length: 0x20000 }, (_, code) => String.fromCodePoint(code))
    const differing = characters.slice(0xa0).filter((character) => {
      const spellings = new Set([
        character.toUpperCase(),
        character.toLowerCase(),
        character.normalize('NFKC'),
      ])
      if (spellings.size === 1) return false
      const folded = foldOne(character)
      return (
        [...spellings].some((other) => foldOne(other) !== folded) || foldSegment(folded, [], false) !== folded
      )
    })
    expect(differing).toEqual([])
  })

  it('but not where the upstream tells it apart', () => {
    expect(fold('/Stra%C3%9Fe/%C4%B1', ['case'])).toBe('/Straße/ı')
  })
})

describe('characters that show nothing are dropped', () => {
  it.each([
    '%C2%AD',
    '%E2%80%8B',
    '%E2%80%8D',
    '%E2%81%A0',
    '%EF%BB%BF',
    '%EF%B8%8F',
    '%CD%8F',
    '%C2%85',
    '%F3%A0%81%81',
  ])('%s', (invisible) => {
    expect(fold(`/ad${invisible}min${invisible}/${invisible}/x`)).toBe('/admin/x')
    expect(fold(`/a/.${invisible}./b`)).toBeUndefined()
  })

  it('spaces of every kind are spaces', () => {
    for (const space of ['%C2%A0', '%E1%9A%80', '%E2%80%83', '%E2%80%A8', '%E3%80%80'])
      expect(fold(`/admin${space}/x`)).toBe('/admin/x')
  })
})

describe('full-width characters count as what they normalise to', () => {
  it.each([
    ['slash', '/admin%EF%BC%8Fx', '/admin/x'],
    ['backslash', '/admin%EF%BC%BCx', '/admin/x'],
    ['small backslash', '/admin%EF%B9%A8x', '/admin/x'],
    ['semicolon', '/admin%EF%BC%9Bx/y', '/admin/y'],
    ['Greek question mark', '/admin%CD%BEx/y', '/admin/y'],
    ['question mark', '/admin%EF%BC%9Fx/y', '/admin'],
    ['number sign', '/admin%EF%BC%83x/y', '/admin'],
    ['percent', '/%EF%BC%8561dmin', '/admin'],
    ['percent and digits', '/%EF%BC%85%EF%BC%96%EF%BC%91dmin', '/admin'],
    ['digits behind a percent', '/%25%EF%BC%96%EF%BC%91dmin', '/admin'],
    ['percent before a slash', '/admin%EF%BC%852Fx', '/admin/x'],
    ['full stop', '/admin%EF%BC%8Ejson', '/admin'],
  ])('%s: %s is %s', (_, path, folded) => {
    expect(fold(path)).toBe(folded)
  })

  it.each([
    '/a%EF%BC%8F..%EF%BC%8Fb',
    '/a%EF%BC%BC%EF%BC%8E%EF%BC%8E%EF%BC%BCb',
    '/a/..%EF%BC%9Bx/b',
    '/a/.%EF%BC%852e/b',
    '/admin%EF%BC%8500',
  ])('%s is refused', (path) => {
    expect(fold(path)).toBeUndefined()
  })

  it('but not where the upstream tells them apart', () => {
    expect(fold('/admin%EF%BC%8Fx', ['unicode'])).toBe('/admin／x')
  })
})

it('escapes nested deeper than any server reads are refused, at once', () => {
  const start = performance.now()
  expect(fold(`/%${'25'.repeat(4000)}`)).toBeUndefined()
  expect(performance.now() - start).toBeLessThan(100)
  expect(fold('/%25252541')).toBe('/a')
})

it.each([
  ['admin.php', 'admin'],
  ['a.b.c', 'a.b'],
  ['admin', undefined],
  ['.env', undefined],
  ['..x', undefined],
  ['.env.local', '.env'],
  ['', undefined],
])('%j without its extension is %j', (segment, stem) => {
  expect(stemOf(segment)).toBe(stem)
})

describe('a literal segment', () => {
  it('loses its extension only where that is asked for', () => {
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
  fold(`/a${';'.repeat(8000)}${'%2525'.repeat(1000)}`)
  fold(`/a${'%EF%BC%8F'.repeat(2000)}${'%C3%9F'.repeat(2000)}${'i%CC%87'.repeat(1000)}`)
  expect(performance.now() - start).toBeLessThan(200)
})
