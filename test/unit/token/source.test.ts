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
