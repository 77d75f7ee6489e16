import { expect, test } from 'vitest'
import { readRequestHead } from '../../../src/http/request-head.ts'
import { findToken } from '../../../src/token/source.ts'

function sourceOf(authorization: string | undefined) {
  const headers = ['Host', 'api.example.com']
  if (authorization !== undefined) headers.push('Authorization', authorization)
  const head = readRequestHead('GET', '1.1', headers, { headerCount: 100, ignoreForeignUpgrade: false })
  if ('code' in head) throw new Error(head.detail)
  return findToken(head)
}

test.each([
  ['Bearer abc', 'abc'],
  ['bearer abc', 'abc'],
  ['BEARER   abc', 'abc'],
  ['Bearer a-Z0.9_~+/==', 'a-Z0.9_~+/=='],
])('%j holds a token', (authorization, token) => {
  expect(sourceOf(authorization)).toEqual({ kind: 'bearer', token })
})

test.each([undefined, '', 'Basic abc', 'DPoP abc', 'Bearer2 abc', 'Bearer-x abc', 'Bearerabc'])(
  '%j holds no credentials of ours',
  (authorization) => {
    expect(sourceOf(authorization)).toEqual({ kind: 'none' })
  },
)

test.each([
  'Bearer',
  'Bearer ',
  'Bearer a b',
  'Bearer a,b',
  'Bearer "abc"',
  'Bearer =',
  'Bearer a=b',
  'Bearer a%0d%0aX: y',
  'Bearer\tabc',
  'Bearer=abc',
  'Bearer,Basic abc',
  'Bearer \u00e4',
])('%j is malformed', (authorization) => {
  expect(sourceOf(authorization).kind).toBe('malformed')
})

test.each([
  ['Bearer', 'by nothing'],
  ['Bearer [object Object]', 'JavaScript object'],
  ['Bearer {"access_token":"secret"}', 'JSON'],
  ['Bearer ["secret"]', 'JSON'],
  ['Bearer "secret"', 'in quotes'],
  ['Bearer Bearer secret', 'stands twice'],
  ['Bearer <secret>', 'a placeholder'],
  ['Bearer ${secret}', 'a placeholder'],
  ['Bearer connect.sid=s%3Asecret.x', 'a cookie'],
  ['Bearer s%3Asecret.x', 'a cookie'],
  ['Bearer secret; other', 'a cookie'],
])('%j is called what it is, without a word of what was sent', (authorization, words) => {
  const source = sourceOf(authorization)
  if (source.kind !== 'malformed') throw new Error(source.kind)
  expect(source.detail).toContain(words)
  expect(source.detail).not.toContain('secret')
  expect(source.detail).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
})
