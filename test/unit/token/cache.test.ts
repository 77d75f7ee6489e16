import { expect, test } from 'vitest'
import type { AccessToken } from '../../../src/token/access-token.ts'
import { createTokenCache } from '../../../src/token/cache.ts'
import type { Verified } from '../../../src/token/verification.ts'
import { accessToken } from '../../support/access-token.ts'

function entry(expiresAtMs: number): Verified {
  const token: AccessToken = {
    kind: 'jwt',
    issuer: 'https://issuer.example',
    subject: 'user1',
    clientId: 'app1',
    scopes: new Set(),
    claims: {},
    expiresAtMs,
  }
  return { verified: true, token, cache: 'hit' }
}

test('a token is found under its own policy only', () => {
  const cache = createTokenCache({ maxEntries: 10 })
  const [one, two] = [entry(100), entry(100)]
  cache.set('one', 'token', one, 'key')
  cache.set('two', 'token', two, 'key')
  expect(cache.get('one', 'token', 0)).toBe(one)
  expect(cache.get('two', 'token', 0)).toBe(two)
  expect(cache.get('three', 'token', 0)).toBeUndefined()
})

test('the whole token text counts', () => {
  const cache = createTokenCache({ maxEntries: 10 })
  cache.set('policy', `${'t'.repeat(500)}A`, entry(100), 'key')
  expect(cache.get('policy', `${'t'.repeat(500)}B`, 0)).toBeUndefined()
})

test('an expired token is gone, for every later clock', () => {
  const cache = createTokenCache({ maxEntries: 10 })
  cache.set('policy', 'token', entry(100), 'key')
  expect(cache.get('policy', 'token', 99)).toBeDefined()
  expect(cache.get('policy', 'token', 100)).toBeUndefined()
  expect(cache.get('policy', 'token', 99)).toBeUndefined()
})

test('a second entry for the same policy replaces the first', () => {
  const cache = createTokenCache({ maxEntries: 10 })
  const second = entry(200)
  cache.set('policy', 'token', entry(100), 'key')
  cache.set('policy', 'token', second, 'key')
  expect(cache.get('policy', 'token', 150)).toBe(second)
})

test('a key takes its tokens along and no others', () => {
  const cache = createTokenCache({ maxEntries: 10 })
  cache.set('policy', 'a', entry(100), 'old')
  cache.set('policy', 'b', entry(100), 'new')
  cache.removeKey('old')
  expect(cache.get('policy', 'a', 0)).toBeUndefined()
  expect(cache.get('policy', 'b', 0)).toBeDefined()
})

test('the least recently used token makes room', () => {
  const cache = createTokenCache({ maxEntries: 2 })
  for (const text of ['a', 'b']) cache.set('policy', text, entry(100), 'key')
  cache.get('policy', 'a', 0)
  cache.set('policy', 'c', entry(100), 'key')
  expect(cache.size).toBe(2)
  expect(cache.get('policy', 'a', 0)).toBeDefined()
  expect(cache.get('policy', 'b', 0)).toBeUndefined()
})

test('what the issuer said of a token is stale when it is no longer believed, and kept until the token expires', () => {
  const cache = createTokenCache({ maxEntries: 10 })
  const token = accessToken({}, { expiresAtMs: 100, believedUntilMs: 10 })
  cache.set('opaque', 'token', { verified: true, token, cache: 'hit' }, 'key')
  expect(cache.get('jwt', 'token', 9, 'opaque')?.token).toBe(token)
  expect(cache.get('jwt', 'token', 9)).toBeUndefined()
  expect(cache.get('jwt', 'token', 10, 'opaque')).toBeUndefined()
  expect(cache.stale('opaque', 'token', 99)).toEqual({ token, keyThumbprint: 'key' })
  expect(cache.stale('other', 'token', 99)).toBeUndefined()
  expect(cache.stale('opaque', 'token', 100)).toBeUndefined()
})
