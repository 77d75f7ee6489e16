import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { locationRules, relocate } from '../../../src/proxy/location.ts'

type Options = Partial<Parameters<typeof locationRules>[0]>

function rulesFor(options: Options = {}) {
  return locationRules({
    origins: ['http://legacy-api', 'https://[2001:db8::1]:8443'],
    publicUrl: 'https://api.example.com',
    prefix: '',
    preserveHost: false,
    ...options,
  })
}

describe('a reference to the upstream', () => {
  test.each([
    ['http://legacy-api/login', '/login'],
    ['http://legacy-api:80/login', '/login'],
    ['HTTP://Legacy-API:080/Login', '/Login'],
    ['http://legacy-api', ''],
    ['http://legacy-api?a=b', '?a=b'],
    ['http://legacy-api:80#top', '#top'],
    ['//legacy-api/login', '/login'],
    ['//LEGACY-api:80/login', '/login'],
    ['https://[2001:DB8:0::1]:8443/x', '/x'],
    ['//[2001:db8::1]:8443/x', '/x'],
    ['http://user:secret@legacy-api/x', '/x'],
  ])('%s becomes https://api.example.com%s', (value, path) => {
    expect(relocate(value, rulesFor())).toBe(`https://api.example.com${path}`)
  })

  test.each([
    'https://legacy-api/login',
    'http://legacy-api:8080/login',
    'http://legacy-api.evil.test/',
    'http://legacy-api@evil.test/',
    '//[2001:db8::1]/x',
    '//elsewhere.test/x',
    '///legacy-api/x',
    'https://api.example.com/x',
    'http://api.example.com/x',
    'http://',
    'http://a b/',
    'ftp://legacy-api/x',
    '/login',
    'login',
    '?a=b',
    '',
  ])('is not %j', (value) => {
    expect(relocate(value, rulesFor())).toBe(value)
  })

  test('is found where the default port is written in the configuration', () => {
    const rules = rulesFor({ origins: ['http://127.0.0.1:80'] })
    expect(relocate('http://127.0.0.1/login', rules)).toBe('https://api.example.com/login')
  })
})

describe('with preserveHost', () => {
  test.each([
    ['https://api.example.com', 'http://api.example.com/x'],
    ['https://api.example.com', 'http://API.example.com:80/x'],
    ['https://api.example.com', 'http://api.example.com:443/x'],
    ['https://api.example.com', '//api.example.com/x'],
    ['https://api.example.com:8443', 'http://api.example.com:8443/x'],
    ['https://api.example.com:8443', 'http://api.example.com/x'],
    ['http://api.example.com', 'http://api.example.com/x'],
    ['https://api.example.com/gateway', 'http://api.example.com/x'],
  ])('%s: the upstream is also at %s', (publicUrl, value) => {
    expect(relocate(value, rulesFor({ publicUrl, preserveHost: true }))).toBe(`${publicUrl}/x`)
  })

  test('the public URL itself is left alone', () => {
    const rules = rulesFor({ preserveHost: true, prefix: '/shop' })
    expect(relocate('https://api.example.com/x', rules)).toBe('https://api.example.com/x')
  })
})

describe('the stripped prefix', () => {
  const rules = rulesFor({ prefix: '/shop' })

  test.each([
    ['/login', '/shop/login'],
    ['/', '/shop/'],
    ['http://legacy-api/login', 'https://api.example.com/shop/login'],
    ['//legacy-api', 'https://api.example.com/shop'],
    ['/shopping', '/shop/shopping'],
    ['next', 'next'],
    ['//elsewhere.test/x', '//elsewhere.test/x'],
  ])('is restored: %s becomes %s', (value, expected) => {
    expect(relocate(value, rules)).toBe(expected)
  })

  test.each([
    ['/shop', '/shop'],
    ['/shop/login', '/shop/login'],
    ['/shop?a', '/shop?a'],
    ['http://legacy-api/shop/login', 'https://api.example.com/shop/login'],
  ])('is not written twice when the upstream heeded X-Forwarded-Prefix: %s becomes %s', (value, expected) => {
    expect(relocate(value, rules)).toBe(expected)
  })

  test('is restored without a public URL too, but then no origin is replaced', () => {
    const local = rulesFor({ prefix: '/shop', publicUrl: '' })
    expect(relocate('/login', local)).toBe('/shop/login')
    expect(relocate('http://legacy-api/login', local)).toBe('http://legacy-api/login')
  })
})

test('whatever the upstream sends, no client is told the origin of the upstream', () => {
  const rules = rulesFor({ origins: ['http://10.0.0.7:3000', 'https://10.0.0.8'], prefix: '/shop' })
  const start = fc.constantFrom(
    'http://10.0.0.7:3000',
    'HTTP://10.0.0.7:3000',
    '//10.0.0.7:3000',
    'http://u@10.0.0.7:3000',
    'https://10.0.0.8',
    'https://10.0.0.8:443',
    '//10.0.0.8',
    '//10.0.0.8:443',
    'http://elsewhere.test',
    '',
  )
  const end = fc.string({ unit: fc.constantFrom(...'/?#ab.%2\\;') })
  fc.assert(
    fc.property(start, end, (start, end) => {
      const path = /^[/?#]/.test(end) || end === '' ? end : `/${end}`
      const seen = URL.parse(relocate(start + path, rules), 'https://api.example.com/shop/here')
      expect(seen?.hostname ?? '').not.toMatch(/^10\./)
      if (start !== '' && !start.includes('elsewhere'))
        expect(seen?.href).toMatch(/^https:\/\/api\.example\.com\//)
    }),
    { numRuns: 2000 },
  )
})
