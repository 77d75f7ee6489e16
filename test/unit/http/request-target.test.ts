import { describe, expect, it } from 'vitest'
import { type Irregularity, irregularityBit, parseRequestTarget } from '../../../src/http/request-target.ts'

const parse = (raw: string, method = 'GET', host = 'gw.test') => parseRequestTarget(raw, method, host)
const refused = expect.objectContaining({ code: 'ambiguous_target' })

describe('a plain target', () => {
  it.each(['/', '/todos', '/todos/42/', '/a-b_c~d'])('%s is taken as it is', (raw) => {
    expect(parse(raw)).toEqual({ path: raw, query: undefined, irregularities: 0, plain: true })
  })

  it('keeps its query byte for byte', () => {
    expect(parse('/a?q=a%2Fb%3D1&x=%00&//..')).toMatchObject({ path: '/a', query: 'q=a%2Fb%3D1&x=%00&//..' })
  })

  it('tells an empty query from none', () => {
    expect(parse('/a?')).toMatchObject({ path: '/a', query: '', plain: true })
  })
})

describe('canonicalising', () => {
  it.each([
    ['/%77ith', '/with'],
    ['/%7euser', '/~user'],
    ['/a%2Db%2eC', '/a-b.C'],
    ['/caf%c3%a9%20ok%2bplus', '/caf%C3%A9%20ok%2Bplus'],
    ['/a%21', '/a%21'],
    ['/100%25', '/100%25'],
  ])('%s becomes %s', (raw, path) => {
    expect(parse(raw)).toMatchObject({ path, irregularities: 0 })
  })

  it('finds a decoded path plain when it is', () => {
    expect(parse('/%61dmin')).toMatchObject({ path: '/admin', plain: true })
  })

  it.each(['/Admin', '/a.json', '/a%20b', '/a:b'])('%s is not plain', (raw) => {
    expect(parse(raw)).toMatchObject({ plain: false, irregularities: 0 })
  })
})

describe('always refused', () => {
  it.each([
    ['', 'an empty target'],
    ['a/b', 'no leading slash'],
    ['@admin', 'userinfo for a careless joiner'],
    [':1337/admin', 'a port for a careless joiner'],
    ['\\admin', 'a backslash in front'],
    ['/a\\b', 'a backslash'],
    ['/a#b', 'a fragment'],
    ['/a b', 'a space'],
    ['/a\x0bb', 'a control character'],
    ['/a\x7fb', 'DEL'],
    ['/a\xe9', 'a raw byte over 0x7E'],
    ['/%', 'a percent sign alone'],
    ['/%2', 'half an escape'],
    ['/%x2e', 'no hexadecimal digits'],
    ['/a%g0', 'no hexadecimal digit'],
    ['/%00', 'an escaped NUL'],
    ['/a%0d%0ab', 'an escaped line end'],
    ['/a%1Fb', 'the last control character'],
    ['/a%7f', 'an escaped DEL'],
    ['/a?b c', 'a space in the query'],
    ['/a?b#c', 'a fragment behind the query'],
    ['/a?\x01', 'a control character in the query'],
    ['/a?\xe9', 'a raw byte over 0x7E in the query'],
    ['/a?\x7f', 'DEL in the query'],
  ])('%j: %s', (raw) => {
    expect(parse(raw)).toEqual(refused)
  })

  it.each([
    '/.',
    '/..',
    '/a/./b',
    '/a/../b',
    '/a/..',
    '/a/%2e%2e/b',
    '/a/.%2E/b',
    '/a/%2e',
    '/a/..;x=1/b',
    '/a/..;',
    '/a/.;/b',
    '/a/..%3bx/b',
    '/a/..%2fb',
    '/a%2f..%2fb',
    '/a/%5c..%5cb',
    '/a/..%23/b',
    '/a/..%3f',
    '/..?x',
    '//..',
  ])('%s holds a dot segment', (raw) => {
    expect(parse(raw)).toEqual({ code: 'ambiguous_target', detail: 'The path holds a . or .. segment' })
  })

  it.each(['/...', '/.a', '/..a', '/a..', '/a./b', '/.well-known/x', '/a;..', '/a%20..'])(
    '%s holds none',
    (raw) => {
      expect(parse(raw)).toHaveProperty('path', raw)
    },
  )
})

describe('irregularities', () => {
  const names = (raw: string) => {
    const target = parse(raw)
    if ('code' in target) return target.detail
    return Object.entries(irregularityBit).flatMap(([name, bit]) =>
      target.irregularities & bit ? [name] : [],
    )
  }

  it.each<[string, Irregularity[]]>([
    ['/a%2fb', ['encoded-slash']],
    ['/a%5Cb', ['encoded-slash']],
    ['/a%23', ['encoded-delimiters']],
    ['/a%3bb', ['encoded-delimiters']],
    ['/a%3Fb', ['encoded-delimiters']],
    ['/a%2541', ['encoded-percent']],
    ['/%252e%252e', ['encoded-percent']],
    ['/%25%32%65', ['encoded-percent']],
    ['/a%25g0', []],
    ['/a;b', ['path-parameters']],
    ['//a', ['empty-segments']],
    ['/a//', ['empty-segments']],
    ['/a%ff', ['non-utf8']],
    ['/%c0%ae', ['non-utf8']],
    ['/%e0%80%ae', ['non-utf8']],
    ['/%ed%a0%80', ['non-utf8']],
    ['/%c3x%a9', ['non-utf8']],
    ['/%c3%a9', []],
    ['/%f0%9f%98%80', []],
    ['/a;b//c%2fd', ['encoded-slash', 'path-parameters', 'empty-segments']],
  ])('%s has %j', (raw, expected) => {
    expect(names(raw)).toEqual(expected)
  })

  it('does not look into the query', () => {
    expect(parse('/a?x=//;%2F%ff%')).toMatchObject({ irregularities: 0 })
  })
})

describe('absolute-form', () => {
  it.each([
    ['http://gw.test/a?b', 'gw.test', '/a', 'b'],
    ['HTTP://GW.TEST/a', 'gw.test', '/a', undefined],
    ['https://gw.test/a', 'gw.test:443', '/a', undefined],
    ['http://gw.test:80/a', 'gw.test', '/a', undefined],
    ['http://gw.test:8080/a', 'gw.test:8080', '/a', undefined],
    ['http://gw.test', 'gw.test', '/', undefined],
    ['http://gw.test?x=1', 'gw.test', '/', 'x=1'],
    ['http://[::1]:8080/a', '[::1]:8080', '/a', undefined],
  ])('%s with Host %s is %s', (raw, host, path, query) => {
    expect(parse(raw, 'GET', host)).toMatchObject({ path, query })
  })

  it.each([
    'http://evil.test/a',
    'http://gw.test:81/a',
    'https://gw.test:80/a',
    'http://user@gw.test/a',
    'http://gw.test@evil.test/a',
    'http://gw.test#/a',
    'http:///a',
    'http:/a',
    'ftp://gw.test/a',
    'file:///etc/passwd',
    'http://[::1/a',
    'http://gw.test/../a',
  ])('%s is refused', (raw) => {
    expect(parse(raw)).toEqual(refused)
  })
})

describe('asterisk-form', () => {
  it('stands for OPTIONS alone', () => {
    expect(parse('*', 'OPTIONS')).toMatchObject({ path: '*' })
    expect(parse('*', 'GET')).toEqual(refused)
    expect(parse('**', 'OPTIONS')).toEqual(refused)
  })
})

it('authority-form is refused', () => {
  expect(parse('gw.test:443', 'CONNECT')).toEqual(refused)
})

it('a long run of dot segments takes no longer than its length', () => {
  const start = performance.now()
  expect(parse(`/public${'/a/..'.repeat(3000)}`)).toEqual(refused)
  expect(parse(`/public${'/a%2e'.repeat(3000)}`)).toHaveProperty('irregularities', 0)
  expect(performance.now() - start).toBeLessThan(100)
})
