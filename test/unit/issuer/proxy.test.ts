import { describe, expect, test } from 'vitest'
import { proxyFor } from '../../../src/issuer/proxy.ts'

const https = new URL('https://auth.example.com/jwks')
const http = new URL('http://auth.example.com:3001/jwks')

function found(url: URL, environment: Record<string, string>, configured?: string): string | undefined {
  return proxyFor(url, configured, environment)?.href
}

describe('the proxy', () => {
  test('is none unless somebody names one', () => {
    expect(found(https, {})).toBeUndefined()
    expect(found(https, { HTTPS_PROXY: '', HTTP_PROXY: '' })).toBeUndefined()
  })
  test('is the one for the scheme of the URL', () => {
    const environment = { HTTPS_PROXY: 'http://secure:3128', HTTP_PROXY: 'http://plain:3128' }
    expect(found(https, environment)).toBe('http://secure:3128/')
    expect(found(http, environment)).toBe('http://plain:3128/')
    expect(found(https, { HTTP_PROXY: 'http://plain:3128' })).toBeUndefined()
  })
  test('may be named in small letters, which count first, and without a scheme', () => {
    expect(found(https, { https_proxy: 'small:3128', HTTPS_PROXY: 'large:3128' })).toBe('http://small:3128/')
  })
  test('keeps its credentials', () => {
    expect(found(https, { HTTPS_PROXY: 'http://user:pass@proxy:3128' })).toBe('http://user:pass@proxy:3128/')
  })
  test('is the configured one, whatever the environment says', () => {
    const environment = { HTTPS_PROXY: 'http://other:1', NO_PROXY: '*' }
    expect(found(https, environment, 'http://proxy:3128')).toBe('http://proxy:3128/')
  })
  test.each(['socks5://user:secret@proxy:1080', 'http://secret:x y', 'http://'])(
    'is an error when it is %s, which is not printed',
    (proxy) => {
      expect(() => found(https, { HTTPS_PROXY: proxy })).toThrow(/^(?!.*secret).*HTTPS_PROXY/)
    },
  )
})

describe('NO_PROXY', () => {
  const isExempt = (url: string, exempt: string) =>
    found(new URL(url), { HTTPS_PROXY: 'proxy:1', HTTP_PROXY: 'proxy:1', NO_PROXY: exempt }) === undefined
  test.each([
    ['https://auth.example.com/', '*'],
    ['https://auth.example.com/', 'auth.example.com'],
    ['https://auth.example.com/', 'example.com'],
    ['https://auth.example.com/', '.example.com'],
    ['https://auth.example.com/', '*.example.com'],
    ['https://auth.example.com/', 'AUTH.EXAMPLE.COM'],
    ['https://auth.example.com./', 'auth.example.com'],
    ['https://auth.example.com/', 'localhost, auth.example.com'],
    ['https://auth.example.com/', 'localhost auth.example.com'],
    ['https://auth.example.com/', 'auth.example.com:443'],
    ['http://auth.example.com/', 'auth.example.com:80'],
    ['http://localhost:3001/', 'localhost:3001'],
    ['http://10.1.2.3/', '10.1.2.3'],
    ['http://10.1.2.3/', '10.0.0.0/8'],
    ['http://[fd00::1]/', 'fd00::/8'],
    ['http://[::1]/', '::1'],
    ['http://[::1]:3001/', '[::1]:3001'],
    ['http://[::1]:3001/', '[::1]'],
  ])('exempts %s by %s', (url, exempt) => {
    expect(isExempt(url, exempt)).toBe(true)
  })
  test.each([
    ['https://auth.example.com/', ''],
    ['https://auth.example.com/', ' , '],
    ['https://auth.example.com/', '.'],
    ['https://auth.example.com/', 'evil-example.com'],
    ['https://authexample.com/', 'example.com'],
    ['https://auth.example.com/', 'auth.example.com:8443'],
    ['https://auth.example.com/', 'auth'],
    ['http://10.1.2.3/', '2.3'],
    ['http://11.1.2.3/', '10.0.0.0/8'],
    ['http://10.1.2.3/', '10.0.0.0/99'],
    ['http://10.1.2.3/', 'fd00::/8'],
    ['https://auth.example.com/', '10.0.0.0/8'],
    ['http://[::1]:3001/', '[::1]:3002'],
  ])('does not exempt %s by %s', (url, exempt) => {
    expect(isExempt(url, exempt)).toBe(false)
  })
})
